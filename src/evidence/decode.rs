//! Bytes to text: compression and encodings, found from the bytes.

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use flate2::read::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;
use std::io::{self, BufReader, Read};

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// gzip, all members.
    Gzip,
    /// Zstandard, all frames.
    Zstd,
}

impl Packing {
    /// The packing that the first bytes of a file show.
    pub fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            _ => Self::Plain,
        }
    }

    /// The ending that files of this packing carry on top of their own.
    pub fn ending(self) -> &'static [&'static str] {
        match self {
            Self::Plain => &[],
            Self::Gzip => &[".gz", ".gzip"],
            Self::Zstd => &[".zst", ".zstd"],
        }
    }

    /// A reader of the unpacked bytes, through all members and frames to the end.
    pub fn unpack<'a>(self, packed: Box<dyn Read + Send + 'a>) -> Box<dyn Read + Send + 'a> {
        match self {
            Self::Plain => packed,
            Self::Gzip => Box::new(MultiGzDecoder::new(packed)),
            Self::Zstd => Box::new(Frames { source: Some(BufReader::new(packed)), frame: None }),
        }
    }
}

/// All frames of a Zstandard file, one after the other; the plain decoder stops after the first.
struct Frames<'a> {
    source: Option<BufReader<Box<dyn Read + Send + 'a>>>,
    frame: Option<Frame<'a>>,
}

type Frame<'a> = StreamingDecoder<BufReader<Box<dyn Read + Send + 'a>>, ruzstd::decoding::FrameDecoder>;

impl Read for Frames<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(frame) = &mut self.frame {
                let read = frame.read(buffer)?;
                if read > 0 || buffer.is_empty() {
                    return Ok(read);
                }
                self.source = self.frame.take().map(StreamingDecoder::into_inner);
            }
            let Some(mut source) = self.source.take() else { return Ok(0) };
            if io::BufRead::fill_buf(&mut source)?.is_empty() {
                return Ok(0);
            }
            let frame = StreamingDecoder::new(source)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
            self.frame = Some(frame);
        }
    }
}

/// A file's bytes as text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// The encoding, when it is not UTF-8.
    pub encoding: Option<&'static str>,
}

/// Reads bytes as text. What is not UTF-8 by its bytes or its mark is UTF-16 when every second
/// byte is zero, and else what the letters suggest, mostly Windows-1252. `None` for bytes that
/// are no text at all.
pub(super) fn decode(bytes: Vec<u8>) -> Option<Decoded> {
    if let Some((encoding, _)) = Encoding::for_bom(&bytes) {
        let (text, _, _) = encoding.decode(&bytes);
        let encoding = (encoding != UTF_8).then(|| encoding.name());
        return Some(Decoded { text: text.into_owned(), encoding });
    }
    if let Some(encoding) = utf16_without_mark(&bytes) {
        let (text, _) = encoding.decode_without_bom_handling(&bytes);
        return Some(Decoded { text: text.into_owned(), encoding: Some(encoding.name()) });
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return Some(Decoded { text, encoding: None }),
        Err(error) => error.into_bytes(),
    };
    if is_binary(&bytes) {
        return None;
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(&bytes, true);
    let encoding = detector.guess(None, chardetng::Utf8Detection::Deny);
    let (text, _) = encoding.decode_without_bom_handling(&bytes);
    Some(Decoded { text: text.into_owned(), encoding: Some(encoding.name()) })
}

/// Text in UTF-16 has a zero in every second byte of its ASCII letters.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(512)];
    if sample.len() < 8 || sample.len() % 2 == 1 {
        return None;
    }
    let zeros = |from: usize| sample.iter().skip(from).step_by(2).filter(|&&b| b == 0).count() * 2;
    let most = sample.len() * 3 / 4;
    match (zeros(0) > most, zeros(1) > most) {
        (false, true) => Some(UTF_16LE),
        (true, false) => Some(UTF_16BE),
        _ => None,
    }
}

/// No text has many control bytes.
fn is_binary(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(4096)];
    let control =
        sample.iter().filter(|&&b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b)).count();
    control * 20 > sample.len()
}

/// The start of a file as text, as far as it goes, and whether it is text at all.
pub(super) fn decode_head(head: &[u8]) -> Option<String> {
    let cut = match std::str::from_utf8(head) {
        Ok(_) => head.len(),
        // The head may end inside of a character.
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        Err(_) => head.len(),
    };
    if is_binary(&head[..cut]) && Encoding::for_bom(head).is_none() && utf16_without_mark(head).is_none() {
        return None;
    }
    decode(head[..cut].to_vec()).map(|decoded| decoded.text)
}

/// Bytes of the mark at the start of a file that [`transcode`] otherwise gives as it is; `None` when
/// it decodes the file.
pub(super) fn mark_of_plain(head: &[u8]) -> Option<usize> {
    match Encoding::for_bom(head) {
        Some((encoding, length)) => (encoding == UTF_8).then_some(length),
        None => utf16_without_mark(head).is_none().then_some(0),
    }
}

/// Bytes of a file that show how it is encoded.
pub(super) const HEAD: u64 = 512;

/// A reader that gives UTF-8 whatever mark stands at the start: UTF-16 is decoded on the way, a
/// mark of UTF-8 is left out, all else passes as it is.
pub(super) fn transcode<'a>(mut source: Box<dyn Read + Send + 'a>) -> io::Result<Box<dyn Read + Send + 'a>> {
    let mut head = Vec::new();
    source.by_ref().take(HEAD).read_to_end(&mut head)?;
    let encoding = match Encoding::for_bom(&head) {
        Some((encoding, length)) => {
            head.drain(..length);
            encoding
        }
        None => utf16_without_mark(&head).unwrap_or(UTF_8),
    };
    let whole: Box<dyn Read + Send + 'a> = Box::new(io::Cursor::new(head).chain(source));
    if encoding == UTF_8 {
        return Ok(whole);
    }
    Ok(Box::new(Transcoder {
        source: whole,
        decoder: encoding.new_decoder_without_bom_handling(),
        text: io::Cursor::default(),
        ended: false,
    }))
}

/// Decodes block by block; `text` is what is decoded and not yet given out.
struct Transcoder<'a> {
    source: Box<dyn Read + Send + 'a>,
    decoder: Decoder,
    text: io::Cursor<String>,
    ended: bool,
}

impl Transcoder<'_> {
    fn decode_block(&mut self) -> io::Result<()> {
        let mut block = [0; 8192];
        let read = self.source.read(&mut block)?;
        self.ended = read == 0;
        let room = self.decoder.max_utf8_buffer_length(read).unwrap_or(read * 3 + 16);
        let mut text = String::with_capacity(room);
        let _ = self.decoder.decode_to_string(&block[..read], &mut text, self.ended);
        self.text = io::Cursor::new(text);
        Ok(())
    }
}

impl Read for Transcoder<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.text.read(buffer)?;
            if read > 0 || buffer.is_empty() || self.ended {
                return Ok(read);
            }
            self.decode_block()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn unpacked(bytes: Vec<u8>) -> io::Result<String> {
        let mut text = String::new();
        let packing = Packing::of(&bytes);
        packing.unpack(Box::new(io::Cursor::new(bytes))).read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn every_member_of_a_gzip_file_is_read() {
        let both = [gzip("one\n"), gzip("two\n")].concat();
        assert_eq!(unpacked(both).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn every_frame_of_a_zstandard_file_is_read() {
        let frame = |text: &str| {
            ruzstd::encoding::compress_to_vec(text.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest)
        };
        let both = [frame("one\n"), frame("two\n")].concat();
        assert_eq!(unpacked(both).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn a_truncated_file_is_an_error_and_not_an_end() {
        let mut cut = gzip(&"some line of a log\n".repeat(1000));
        cut.truncate(cut.len() / 2);
        assert!(unpacked(cut).is_err());
    }

    #[test]
    fn encodings_are_found_from_the_bytes() {
        let text = |bytes: &[u8]| decode(bytes.to_vec()).unwrap();
        assert_eq!(text("é\u{feff}".as_bytes()).text, "é\u{feff}");
        assert_eq!(text("\u{feff}id".as_bytes()).text, "id");
        assert_eq!(text(b"J\xfcrgen M\xfcller").text, "Jürgen Müller");
        assert_eq!(text(b"J\xfcrgen M\xfcller").encoding, Some("windows-1252"));
        let utf16: Vec<u8> = "id,name\n1,Ana\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&utf16).text, "id,name\n1,Ana\n");
        assert_eq!(text(&[&[0xff, 0xfe], &utf16[..]].concat()).text, "id,name\n1,Ana\n");
        assert_eq!(decode(vec![0x89, 0x50, 0x4e, 0x47, 1, 2, 3, 0xff, 0, 0, 0]), None);
    }

    #[test]
    fn a_stream_in_utf16_is_read_as_utf8() {
        let text = "{\"a\":\"é\"}\n".repeat(5000);
        let bytes: Vec<u8> =
            [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let mut out = String::new();
        transcode(Box::new(io::Cursor::new(bytes))).unwrap().read_to_string(&mut out).unwrap();
        assert_eq!(out, text);
    }
}
