//! The layout of the object.
//!
//! ```text
//! bytes 0-7    "KEEPWELL"
//! bytes 8-11   format, 32 bits, little endian like everything
//! bytes 12-15  length of the header
//! bytes 16-19  CRC-32 of the header
//! header       JSON: { taken_at, looked_at?, customers, sections: [{ name, packed, unpacked, crc, about? }] }
//! sections     one after the other, each an LZ4 block of `packed` bytes that holds `unpacked` bytes; `crc` is that of the packed bytes
//! ```

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{SnapshotError, damaged};

const MAGIC: &[u8; 8] = b"KEEPWELL";

#[derive(Debug, Serialize, Deserialize)]
struct Header {
    taken_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    looked_at: Option<DateTime<Utc>>,
    customers: usize,
    sections: Vec<Section>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Section {
    name: String,
    packed: usize,
    unpacked: usize,
    crc: u32,
    /// What else a reader must know.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    about: Value,
}

/// Puts an object together.
pub(super) struct Writer {
    format: u32,
    header: Header,
    sections: Vec<u8>,
}

impl Writer {
    pub(super) fn new(format: u32, taken_at: DateTime<Utc>, customers: usize) -> Self {
        let header = Header { taken_at, looked_at: None, customers, sections: Vec::new() };
        Self { format, header, sections: Vec::new() }
    }

    /// Notes when everybody was looked at, by the clock of the machine.
    #[must_use]
    pub(super) fn looked_at(mut self, moment: Option<DateTime<Utc>>) -> Self {
        self.header.looked_at = moment;
        self
    }

    pub(super) fn add(&mut self, name: impl Into<String>, about: Value, bytes: &[u8]) {
        let packed = lz4_flex::block::compress(bytes);
        self.header.sections.push(Section {
            name: name.into(),
            packed: packed.len(),
            unpacked: bytes.len(),
            crc: crc32fast::hash(&packed),
            about,
        });
        self.sections.extend(packed);
    }

    pub(super) fn finish(self) -> Result<Vec<u8>, SnapshotError> {
        let unwritable = |what: String| SnapshotError::Unwritable { what };
        let header = serde_json::to_vec(&self.header).map_err(|error| unwritable(error.to_string()))?;
        let length = u32::try_from(header.len()).map_err(|error| unwritable(error.to_string()))?;
        let mut bytes = Vec::with_capacity(20 + header.len() + self.sections.len());
        bytes.extend(MAGIC);
        for number in [self.format, length, crc32fast::hash(&header)] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(header);
        bytes.extend(self.sections);
        Ok(bytes)
    }
}

/// An object whose header has been read.
pub(super) struct Reader<'a> {
    header: Header,
    sections: &'a [u8],
}

/// The bytes of a section, unpacked, and what else must be known.
pub(super) struct Unpacked {
    pub(super) bytes: Vec<u8>,
    pub(super) about: Value,
}

impl<'a> Reader<'a> {
    /// Reads the header of an object that must have this format.
    pub(super) fn new(reads: u32, bytes: &'a [u8]) -> Result<Self, SnapshotError> {
        let bytes = bytes.strip_prefix(MAGIC).ok_or(SnapshotError::Foreign)?;
        let (format, bytes) = number(bytes)?;
        if format != reads {
            return Err(SnapshotError::OtherFormat { found: format });
        }
        let (length, bytes) = number(bytes)?;
        let (crc, bytes) = number(bytes)?;
        let (header, sections) =
            bytes.split_at_checked(length as usize).ok_or_else(|| damaged("it ends within its header"))?;
        if crc32fast::hash(header) != crc {
            return Err(damaged("the checksum of its header is wrong"));
        }
        let header: Header = serde_json::from_slice(header).map_err(|error| damaged(format!("its header: {error}")))?;
        let expected: usize = header.sections.iter().map(|section| section.packed).sum();
        if sections.len() != expected {
            return Err(damaged(format!(
                "it has {} bytes of sections, and its header names {expected}",
                sections.len()
            )));
        }
        Ok(Self { header, sections })
    }

    pub(super) fn taken_at(&self) -> DateTime<Utc> {
        self.header.taken_at
    }

    pub(super) fn looked_at(&self) -> Option<DateTime<Utc>> {
        self.header.looked_at
    }

    pub(super) fn customers(&self) -> usize {
        self.header.customers
    }

    /// The names of all sections, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.header.sections.iter().map(|section| section.name.as_str())
    }

    /// A section that must be there.
    pub(super) fn section(&self, name: &str) -> Result<Unpacked, SnapshotError> {
        let mut start = 0;
        for section in &self.header.sections {
            let end = start + section.packed;
            if section.name == name {
                let packed = self.sections.get(start..end).unwrap_or_default();
                return section.unpack(packed);
            }
            start = end;
        }
        Err(damaged(format!("section {name} is missing")))
    }
}

impl Section {
    fn unpack(&self, packed: &[u8]) -> Result<Unpacked, SnapshotError> {
        let name = &self.name;
        if crc32fast::hash(packed) != self.crc {
            return Err(damaged(format!("the checksum of section {name} is wrong")));
        }
        let bytes = lz4_flex::block::decompress(packed, self.unpacked)
            .map_err(|error| damaged(format!("section {name}: {error}")))?;
        if bytes.len() != self.unpacked {
            return Err(damaged(format!("section {name} has another length than its header says")));
        }
        Ok(Unpacked { bytes, about: self.about.clone() })
    }
}

fn number(bytes: &[u8]) -> Result<(u32, &[u8]), SnapshotError> {
    let (number, rest) = bytes.split_first_chunk().ok_or_else(|| damaged("it ends within its first 20 bytes"))?;
    Ok((u32::from_le_bytes(*number), rest))
}
