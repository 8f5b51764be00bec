//! `preaudit pack keygen`: a key to sign with.

use crate::cli::output::Output;
use crate::report::Exit;
use crate::signature::SecretKey;
use crate::world::Disk;
use std::path::PathBuf;

/// Make a key to sign packs with.
///
/// Writes the secret half as PEM (PKCS#8), where only you can read it, and prints the public half
/// as one word, for others to put into `[trust] keys` of their preaudit.toml. The same is made by
/// `openssl genpkey -algorithm ed25519 -out KEY.pem`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The file for the secret half; it must not be there yet.
    #[arg(value_name = "KEY.pem")]
    key: PathBuf,
}

pub(super) fn run(arguments: &Arguments, output: &Output, disk: &Disk) -> Exit {
    let mut seed = [0; 32];
    if let Err(error) = getrandom::fill(&mut seed) {
        return output.wrong(&format!("the system gives no random numbers: {error}"));
    }
    let key = SecretKey::of_seed(&seed);
    let pem = match key.to_pem() {
        Ok(pem) => pem,
        Err(reason) => return output.wrong(&reason),
    };
    match disk.write_secret(&arguments.key, pem.as_bytes()) {
        Ok(()) => {
            output.print(&format!("{}\n", key.public()));
            Exit::Clean
        }
        Err(error) => output.wrong(&format!("cannot write {}: {}", error.path, error.reason)),
    }
}
