//! The peak of memory of this process.

/// Forgets the peak so far; where the system does not, the peak is that of the whole process.
pub(crate) fn reset_peak() {
    drop(std::fs::write("/proc/self/clear_refs", "5"));
}

pub(crate) fn peak() -> String {
    peak_of("self")
}

/// Of another process, by its number.
pub(crate) fn peak_of(process: &str) -> String {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: Option<f64> =
        peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse().ok());
    kilobytes.map_or_else(|| "?".to_owned(), |kilobytes| format!("{:.0} MiB", kilobytes / 1024.0))
}
