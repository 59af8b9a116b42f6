//! A share of a processor, as Lambda gives it by memory size: a control group of the kernel.

use std::fs;
use std::io;
use std::path::PathBuf;

/// The memory size at which a function has one whole processor, in MB.
const WHOLE_PROCESSOR_MB: u32 = 1769;

/// Time is given out once in this many microseconds.
const PERIOD_US: u32 = 20_000;

/// A control group, removed when it is dropped (its processes have ended by then).
#[derive(Debug)]
pub(crate) struct Share {
    folder: PathBuf,
}

impl Share {
    /// The share that goes with a memory size, or why there is none: it takes the right to make control groups.
    pub(crate) fn of_memory(mb: u32) -> io::Result<Self> {
        let quota_us = PERIOD_US * mb / WHOLE_PROCESSOR_MB;
        let name = format!("keepwell-runtime-{}", std::process::id());
        let first = PathBuf::from("/sys/fs/cgroup/cpu");
        if first.join("cpu.cfs_quota_us").exists() {
            let share = Self { folder: first.join(name) };
            fs::create_dir(&share.folder)?;
            fs::write(share.folder.join("cpu.cfs_period_us"), PERIOD_US.to_string())?;
            fs::write(share.folder.join("cpu.cfs_quota_us"), quota_us.to_string())?;
            return Ok(share);
        }
        let share = Self { folder: PathBuf::from("/sys/fs/cgroup").join(name) };
        fs::create_dir(&share.folder)?;
        fs::write(share.folder.join("cpu.max"), format!("{quota_us} {PERIOD_US}"))?;
        Ok(share)
    }

    /// Takes a process in, with all its threads.
    pub(crate) fn take_in(&self, process: u32) -> io::Result<()> {
        fs::write(self.folder.join("cgroup.procs"), process.to_string())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        // An empty group that stays harms nobody.
        let _ = fs::remove_dir(&self.folder);
    }
}
