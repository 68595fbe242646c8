//! Progress earned for what is spent, and how far the credits go.

use super::Field;
use super::FieldKind;
use super::Origin;
use super::PROJECT;
use super::Supplier;
use super::Unit;

pub(super) const FIELDS: &[Field] = &[
    Field {
        name: "cpi",
        kind: FieldKind::Float,
        unit: Unit::None,
        label: "Indice de performance des coûts",
        meaning: "`progress_pct × cost_current / spent_to_date` (CPI): below 1, progress costs more than forecast. Declared progress; missing while nothing is spent.",
        supplier: Supplier::Vigie,
        origin: Origin::Measure,
        scopes: PROJECT,
    },
    Field {
        name: "spi",
        kind: FieldKind::Float,
        unit: Unit::None,
        label: "Indice de performance du calendrier",
        meaning: "`progress_pct / planned_progress_pct` (SPI): below 1, progress is behind the plan. Missing while nothing is planned.",
        supplier: Supplier::Vigie,
        origin: Origin::Measure,
        scopes: PROJECT,
    },
    Field {
        name: "funding_months",
        kind: FieldKind::Float,
        unit: Unit::Months,
        label: "Durée de financement du reste à payer",
        meaning: "Months needed to pay `cost_current - spent_to_date` at the pace of the credits secured for the next 12 months.",
        supplier: Supplier::Vigie,
        origin: Origin::Measure,
        scopes: PROJECT,
    },
    Field {
        name: "early_cost_growth",
        kind: FieldKind::Float,
        unit: Unit::Ratio,
        label: "Hausse du coût dans l’année de la référence",
        meaning: "Cost over the declared initial cost, less 1, in the last edition of the 12 months after `baseline_on`; missing when no edition of those months gives a cost, or when no initial cost was declared.",
        supplier: Supplier::Vigie,
        origin: Origin::Measure,
        scopes: PROJECT,
    },
];
