//! Embeds the built console into release binaries. Runs no npm and downloads nothing: without `web/dist` nothing is embedded.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?);
    let mut files = Vec::new();
    // A debug build serves the files on disk; embedding them there would compile this crate again after every build of the console.
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        let root = Path::new(&env::var_os("CARGO_MANIFEST_DIR").ok_or_else(|| io::Error::other("cargo sets it"))?)
            .join("../../web/dist");
        println!("cargo::rerun-if-changed={}", root.display());
        if root.join("index.html").is_file() {
            collect(&root, &root, &mut files)?;
        }
    }
    files.sort();
    let mut code = String::from("&[\n");
    for (name, path) in files {
        println!("cargo::rerun-if-changed={}", path.display());
        // Writing to a String cannot fail.
        let _ = writeln!(code, "    ({name:?}, include_bytes!({:?})),", path.canonicalize()?.display().to_string());
    }
    code.push_str("]\n");
    fs::write(out.join("console.rs"), code)
}

/// Every file below a folder, with its path from the root in slashes.
fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if let Ok(name) = path.strip_prefix(root) {
            let parts: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
            files.push((parts.join("/"), path));
        }
    }
    Ok(())
}
