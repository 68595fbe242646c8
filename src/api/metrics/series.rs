//! Registers metrics whose values are known already: one value for each set of labels.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Name of a metric, and what it is.
pub(super) type NameAndHelp = (&'static str, &'static str);

/// Name and value of a label.
pub(super) type Label = (&'static str, String);

pub(super) fn label(name: &'static str, value: &str) -> Label {
    (name, value.to_owned())
}

pub(super) fn gauge(registry: &mut Registry, (name, help): NameAndHelp, value: i64) {
    let gauge: Gauge = Gauge::default();
    gauge.set(value);
    registry.register(name, help, gauge);
}

/// A gauge for each set of labels. The last value given for a set is the one that counts.
pub(super) fn gauges<const N: usize>(
    registry: &mut Registry,
    (name, help): NameAndHelp,
    values: impl IntoIterator<Item = ([Label; N], i64)>,
) {
    let family: Family<[Label; N], Gauge> = Family::default();
    for (labels, value) in values {
        family.get_or_create(&labels).set(value);
    }
    registry.register(name, help, family);
}

/// A counter for each set of labels.
pub(super) fn counters<const N: usize>(
    registry: &mut Registry,
    (name, help): NameAndHelp,
    values: impl IntoIterator<Item = ([Label; N], u64)>,
) {
    let family: Family<[Label; N], Counter> = Family::default();
    for (labels, value) in values {
        family.get_or_create(&labels).inc_by(value);
    }
    registry.register(name, help, family);
}
