//! Lists the files of the built-in pack, so that the binary carries them, and names the engine by a
//! digest of its sources, so that what one engine kept is never taken for what another would find.
#![expect(clippy::disallowed_methods, reason = "a build script has no World")]

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("rules/iso27001-2022");
    println!("cargo:rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    walk(&root, &mut files)?;
    files.sort();
    let mut list = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(&root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        let _ = writeln!(list, "({name:?}, include_bytes!({:?}) as &[u8]),", file.display().to_string());
    }
    list.push(']');
    let out = Path::new(&env::var("OUT_DIR").unwrap_or_default()).join("built_in.rs");
    fs::write(out, list)?;
    println!("cargo:rustc-env=PREAUDIT_ENGINE={:016x}", engine()?);
    Ok(())
}

/// A digest of everything that the program is built from. It tells builds apart and guards against
/// nobody.
fn engine() -> io::Result<u64> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files = Vec::new();
    walk(&root.join("src"), &mut files)?;
    files
        .extend([root.join("Cargo.lock"), root.join("Cargo.toml")].into_iter().filter(|file| file.is_file()));
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        println!("cargo:rerun-if-changed={}", file.display());
        fs::read(&file)?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        println!("cargo:rerun-if-changed={}", path.display());
        if path.is_dir() { walk(&path, files)? } else { files.push(path) }
    }
    Ok(())
}
