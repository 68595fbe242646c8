//! The middle of some figures.

/// The median; the mean of the two in the middle of an even number of figures, `None` of none.
pub(super) fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    let upper = figures.get(figures.len() / 2)?;
    let lower = figures.get(figures.len().checked_sub(1)? / 2)?;
    Some(f64::midpoint(*lower, *upper))
}
