//! Peak memory of a process.

/// Resets the peak, if the system supports it. Otherwise the peak is that since the process started.
pub(crate) fn reset_peak() {
    drop(std::fs::write("/proc/self/clear_refs", "5"));
}

pub(crate) fn peak() -> String {
    peak_of("self")
}

/// Peak memory of a process, by its id.
pub(crate) fn peak_of(process: &str) -> String {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: Option<f64> =
        peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse().ok());
    kilobytes.map_or_else(|| "?".to_owned(), |kilobytes| format!("{:.0} MiB", kilobytes / 1024.0))
}
