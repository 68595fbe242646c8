//! Forecasts of panels small enough to be counted by hand.

use chrono::NaiveDate;

use super::*;
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::snapshot::{Phase, Snapshot};
use crate::domain::value::Reported;
use crate::foresight::panel::Panel;

fn edition(text: &str) -> EditionId {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn snapshot(project: &str, on: &str, phase: Phase, figures: Option<(f64, f64)>) -> Snapshot {
    let figure = |value: Option<f64>| value.map_or(Reported::Withheld, Reported::Given);
    Snapshot {
        project: ProjectId::new(project),
        edition: edition(on),
        name: project.to_uppercase(),
        ministry: MinistryCode::new(if project < "c" { "MJ" } else { "MI" }),
        ministry_label: String::new(),
        phase: Reported::Given(phase),
        start_on: Reported::Missing,
        duration_months: figure(figures.map(|(_, months)| months)),
        cost_meur: figure(figures.map(|(cost, _)| cost)),
        inter_ministerial: None,
        functional_zone: None,
        programme: None,
        description: None,
        withheld_reason: None,
        row: 2,
    }
}

/// Five projects over three editions, six months apart.
fn panel() -> Vec<Snapshot> {
    use Phase::{Build, Completed, Rollout};
    vec![
        snapshot("a", "2019-06", Build, Some((10.0, 40.0))),
        snapshot("b", "2019-06", Build, Some((30.0, 60.0))),
        snapshot("c", "2019-06", Completed, Some((8.0, 20.0))),
        snapshot("d", "2019-06", Build, None),
        snapshot("a", "2019-12", Build, Some((11.0, 46.0))),
        snapshot("b", "2019-12", Rollout, Some((30.0, 60.0))),
        snapshot("d", "2019-12", Build, None),
        snapshot("e", "2019-12", Build, Some((50.0, 30.0))),
        snapshot("a", "2020-06", Build, Some((11.0, 46.0))),
        snapshot("b", "2020-06", Rollout, Some((33.0, 63.0))),
        snapshot("d", "2020-06", Build, Some((20.0, 30.0))),
        snapshot("e", "2020-06", Build, Some((55.0, 42.0))),
    ]
}

fn starting(
    project: &str,
    ministry: &str,
    cost: (f64, f64),
    months: (f64, f64),
) -> StartingProject {
    StartingProject {
        project: ProjectId::new(project),
        ministry: MinistryCode::new(ministry),
        phase: Some(Phase::Build),
        cost: BaselinedFigure::of(Some(cost.0), Some(cost.1)),
        duration: BaselinedFigure::of(Some(months.0), Some(months.1)),
        leaves_on: None,
        supposed: Supposed::default(),
    }
}

/// As the last edition of the panel has them, against its first.
fn at_the_last_edition() -> Vec<StartingProject> {
    vec![
        starting("a", "MJ", (10.0, 11.0), (40.0, 46.0)),
        starting("b", "MJ", (30.0, 33.0), (60.0, 63.0)),
        starting("d", "MI", (20.0, 20.0), (30.0, 30.0)),
        starting("e", "MI", (50.0, 55.0), (30.0, 42.0)),
    ]
}

fn futures(projects: &[StartingProject], past: &PastSteps, ministries: &[MinistryCode]) -> Futures {
    let future: Vec<FutureEdition> = next_editions(edition("2020-06"), 4)
        .into_iter()
        .map(|edition| FutureEdition { edition, leaving_by: day("2021-12-31") })
        .collect();
    simulate(ForecastStart {
        edition: edition("2020-06"),
        projects,
        past,
        future: &future,
        ministries,
        departures_until: None,
        futures: 500,
        seed: 7,
    })
}

fn all_quantiles(futures: &Futures) -> Vec<Option<Quantiles>> {
    let of = |edition| futures.quantiles(edition, 0, RateKind::All);
    (0..4).map(of).collect()
}

#[test]
fn steps_are_counted_by_class_and_those_without_figures_are_set_aside() {
    let snapshots = panel();
    let past = PastSteps::known_at(&Panel::of(&snapshots), edition("2020-06"));
    let of = |class| past.classes().into_iter().find(|one| one.class == class).unwrap();
    // a and d twice; the two of d lack a figure. A project without a known cost counts as a small one.
    let small = of(StepClass::BuildSmall);
    assert_eq!((small.steps, small.cost.len(), small.left), (4, 2, 0));
    assert_eq!(small.pairs_falling_back, 2, "two steps in each pair of editions, fewer than ten");
    assert_eq!((small.cost, small.months), (vec![0.0, 0.1], vec![0.0, 6.0]));
    // b from its first edition, e from its own.
    let large = of(StepClass::BuildLarge);
    assert_eq!((large.steps, large.cost, large.months), (2, vec![0.0, 0.1], vec![0.0, 12.0]));
    let rollout = of(StepClass::Rollout);
    assert_eq!((rollout.steps, rollout.cost, rollout.months), (1, vec![0.1], vec![3.0]));
    // c left; few as they are, projects that are over do not draw from the others.
    let over = of(StepClass::Over);
    assert_eq!((over.steps, over.left, over.pairs_falling_back), (1, 1, 0));
    assert_eq!(past.entrants().collect::<Vec<_>>(), [1, 0], "e; d was listed before");
    assert_eq!((past.pair_count(), past.too_long), (2, 0));
    let earlier = PastSteps::known_at(&Panel::of(&snapshots), edition("2019-12"));
    assert_eq!(
        (earlier.pair_count(), earlier.entrants().sum::<usize>()),
        (1, 1),
        "nothing of what came later"
    );
    assert!(PastSteps::known_at(&Panel::of(&snapshots), edition("2019-06")).is_empty());
}

#[test]
fn a_rise_does_not_hide_behind_an_edition_that_withheld_it() {
    let snapshots = [
        snapshot("a", "2019-06", Phase::Build, Some((10.0, 40.0))),
        snapshot("a", "2019-12", Phase::UnderRevision, None),
        snapshot("a", "2020-06", Phase::Build, Some((15.0, 64.0))),
    ];
    let panel = Panel::of(&snapshots);
    let changes = |at: &str| {
        let classes = PastSteps::known_at(&panel, edition(at)).classes();
        let changes = classes.into_iter().flat_map(|one| one.cost.into_iter().zip(one.months));
        changes.collect::<Vec<_>>()
    };
    assert_eq!(changes("2019-12"), [], "not known yet");
    assert_eq!(changes("2020-06"), [(0.5, 24.0)], "counted once, in the step that withheld it");
}

#[test]
fn the_rate_is_the_mean_of_the_two_mean_drifts() {
    // Costs: 10 %, 10 %, 0 %, 10 %; durations: 15 %, 5 %, 0 %, 40 %.
    let rate = rate_now(&at_the_last_edition(), |_| true).unwrap();
    assert!((rate - f64::midpoint(0.075, 0.15)).abs() < 1e-12, "{rate}");
    assert_eq!(rate_now(&at_the_last_edition(), |_| false), None);
}

/// Every step of the past is the same, so that each future is known beforehand.
#[test]
fn a_past_of_one_step_gives_one_future_that_a_hand_can_count() {
    let snapshots = [
        snapshot("a", "2019-12", Phase::Build, Some((10.0, 40.0))),
        snapshot("a", "2020-06", Phase::Build, Some((11.0, 42.0))),
    ];
    let past = PastSteps::known_at(&Panel::of(&snapshots), edition("2020-06"));
    let projects = [starting("a", "MJ", (10.0, 11.0), (40.0, 42.0))];
    let after = futures(&projects, &past, &[MinistryCode::new("MJ")]);
    // +10 % and +2 months at each of four editions, half a year apart.
    let expected = [(1.21, 44.0), (1.331, 46.0), (1.4641, 48.0), (1.610_51, 50.0)];
    for (place, (cost, months)) in expected.into_iter().enumerate() {
        let rate = (cost - 1.0 + months / 40.0 - 1.0) / 2.0;
        for group in [0, 1] {
            let found = after.quantiles(place, group, RateKind::All).unwrap();
            assert!(
                (found.p10 - rate).abs() < 1e-4 && (found.p90 - rate).abs() < 1e-4,
                "{found:?} {rate}"
            );
        }
    }
    assert_eq!(after.chance(0, 0, 0.155), Some(1.0), "15.5 % is met by 15.5 %");
    assert_eq!(after.chance(1, 0, 0.155), Some(0.0));
    let median = |some: &[StartingProject]| {
        futures(some, &past, &[]).quantiles(3, 0, RateKind::All).map(|all| all.p50)
    };
    // It holds.
    let held = Supposed { holds: true, ..Supposed::default() };
    let still = [StartingProject { supposed: held, ..projects[0].clone() }];
    assert_eq!(median(&still), Some(0.075));
    // It slips a year, and holds from then on.
    let slipped = Supposed { months: 12.0, ..held };
    let late = [StartingProject { supposed: slipped, ..projects[0].clone() }];
    assert_eq!(median(&late), Some(0.225));
    // It leaves, and nothing is left to measure.
    let gone = Supposed { leaves: true, ..Supposed::default() };
    let none = [StartingProject { supposed: gone, ..projects[0].clone() }];
    assert_eq!(futures(&none, &past, &[]).quantiles(0, 0, RateKind::All), None);
    // It leaves on a day that is known: the floor is without it at once, the rate from then on.
    let due = [StartingProject { leaves_on: Some(day("2021-06-30")), ..projects[0].clone() }];
    let due = futures(&due, &past, &[]);
    assert!(due.quantiles(0, 0, RateKind::All).is_some());
    assert_eq!(due.quantiles(0, 0, RateKind::Floor), None);
    assert_eq!(due.quantiles(1, 0, RateKind::All), None);
}

#[test]
fn short_steps_follow_each_other_until_they_fill_the_time() {
    let snapshots = [
        snapshot("a", "2020-03", Phase::Build, Some((10.0, 40.0))),
        snapshot("a", "2020-06", Phase::Build, Some((11.0, 42.0))),
    ];
    let past = PastSteps::known_at(&Panel::of(&snapshots), edition("2020-06"));
    let projects = [starting("a", "MJ", (10.0, 11.0), (40.0, 42.0))];
    let after = futures(&projects, &past, &[]);
    // Two steps of three months in six.
    let rate = (1.331 - 1.0 + 46.0 / 40.0 - 1.0) / 2.0;
    let found = after.quantiles(0, 0, RateKind::All).unwrap();
    assert!((found.p50 - rate).abs() < 1e-4, "{found:?} {rate}");
}

#[test]
fn the_order_of_projects_changes_nothing() {
    let snapshots = panel();
    let mut turned: Vec<Snapshot> = panel();
    turned.reverse();
    let past = PastSteps::known_at(&Panel::of(&snapshots), edition("2020-06"));
    let past_turned = PastSteps::known_at(&Panel::of(&turned), edition("2020-06"));
    let projects = at_the_last_edition();
    let mut others = at_the_last_edition();
    others.rotate_left(2);
    let one = futures(&projects, &past, &[]);
    let other = futures(&others, &past_turned, &[]);
    assert_eq!(format!("{one:?}"), format!("{other:?}"), "the same futures, bit for bit");
    assert_eq!(all_quantiles(&one), all_quantiles(&futures(&projects, &past, &[])));
}

#[test]
fn what_is_supposed_of_one_project_changes_no_draw_of_another() {
    let snapshots = panel();
    let past = PastSteps::known_at(&Panel::of(&snapshots), edition("2020-06"));
    let ministries = [MinistryCode::new("MI"), MinistryCode::new("MJ")];
    let mut projects = at_the_last_edition();
    let before = futures(&projects, &past, &ministries);
    projects[3].supposed.leaves = true;
    let after = futures(&projects, &past, &ministries);
    for place in 0..4 {
        let of = |futures: &Futures, group| futures.quantiles(place, group, RateKind::All);
        assert_eq!(of(&before, 2), of(&after, 2), "MJ is as before");
        assert_ne!(of(&before, 1), of(&after, 1), "e was of MI");
    }
}

#[test]
fn quantiles_lie_between_neighbours_in_proportion() {
    let found = Quantiles::of(&[0.0, 0.1, 0.2, 0.3, 0.4]).unwrap();
    assert_eq!(
        (found.p10, found.p25, found.p50, found.p75, found.p90),
        (0.04, 0.1, 0.2, 0.3, 0.36)
    );
    assert_eq!(Quantiles::of(&[]), None);
    assert!(found.holds(0.04) && found.holds(0.36) && !found.holds(0.37));
}

#[test]
fn editions_to_come_are_those_of_june_and_december() {
    let after = |text: &str| {
        let next = next_editions(edition(text), 4).into_iter();
        next.map(|one| one.to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(after("2020-11"), "2021-06 2021-12 2022-06 2022-12");
    assert_eq!(after("2021-07"), "2021-12 2022-06 2022-12 2023-06");
    assert_eq!(after("2020-12"), "2021-06 2021-12 2022-06 2022-12");
}

#[test]
fn a_target_is_to_be_met_by_the_eve_of_the_next_one_or_the_end_of_its_year() {
    let targets = dated_targets(&[(None, 0.25), (Some(day("2022-01-01")), 0.20)]);
    let found: Vec<_> = targets.iter().map(|one| (one.target, one.by.to_string())).collect();
    assert_eq!(found, [(0.25, "2021-12-31".to_owned()), (0.20, "2022-12-31".to_owned())]);
    assert_eq!(dated_targets(&[(None, 0.25)]), []);
}
