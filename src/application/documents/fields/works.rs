//! The missions and reviews of the projects that a document is about.

use std::collections::BTreeMap;

use super::period::Period;
use super::{figures, work};
use crate::application::actions::missions::{MissionLine, mission_lines};
use crate::application::actions::reviews::{ReviewLine, review_lines};
use crate::application::queries::table_rows::TableRow;
use crate::application::{ApplicationError, Services};
use crate::documents::Datum;
use crate::domain::missions::mission::MissionState;
use crate::store::MissionFilter;

/// Missions and reviews as they are now: no more is known of the past than what they say of it themselves.
pub(super) struct Works {
    pub(super) missions: Vec<MissionLine>,
    pub(super) reviews: Vec<ReviewLine>,
    /// The name of the ministry of each project, by its id.
    ministries: BTreeMap<String, String>,
}

impl Works {
    pub(super) async fn read(
        services: &Services,
        projects: &[TableRow],
    ) -> Result<Self, ApplicationError> {
        let ministry = |row: &TableRow| {
            let id = figures::text(Some(row), "project_id")?;
            Some((id.to_owned(), figures::text(Some(row), "ministry_label")?.to_owned()))
        };
        Ok(Self {
            missions: mission_lines(services, &MissionFilter::default()).await?,
            reviews: review_lines(services, None, None).await?,
            ministries: projects.iter().filter_map(ministry).collect(),
        })
    }

    pub(super) fn mission(&self, line: &MissionLine) -> Datum {
        work::mission(Some(line), self.ministry(line))
    }

    /// The missions that are proposed or open, of those wanted.
    pub(super) fn live_missions(&self, is_wanted: impl Fn(&MissionLine) -> bool) -> Datum {
        let live = self.missions.iter().filter(|line| line.mission.state.is_live());
        Datum::List(live.filter(|line| is_wanted(line)).map(|line| self.mission(line)).collect())
    }

    /// The missions that were decided and are open, or were closed in a period, of those wanted.
    pub(super) fn decided_missions(
        &self,
        period: &Period,
        is_wanted: impl Fn(&MissionLine) -> bool,
    ) -> Vec<Datum> {
        let is_decided = |line: &&MissionLine| match line.mission.state {
            MissionState::Open => true,
            MissionState::Closed => {
                let closing = line.mission.conduct.closing.as_ref();
                closing.is_some_and(|closing| period.covers(closing.on))
            }
            MissionState::Proposed | MissionState::Declined | MissionState::Withdrawn => false,
        };
        let decided = self.missions.iter().filter(is_decided);
        decided.filter(|line| is_wanted(line)).map(|line| self.mission(line)).collect()
    }

    fn ministry(&self, line: &MissionLine) -> Option<&str> {
        let project = line.mission.subject.project()?;
        self.ministries.get(project.as_str()).map(String::as_str)
    }
}
