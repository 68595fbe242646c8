//! The verdicts of each cycle, page by page, with what they stand on.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::verdict_pages::PageText;
use super::{verdict_pages, verdict_rows};
use crate::domain::ids::{CycleNumber, RuleId};
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::batch::{Filling, FiredFinding, RuleVerdicts, Verdicts};
use crate::domain::rules::verdict::Judgement;
use crate::store::db::columns;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{Separated, query_as};
use crate::store::db::sql_types::Json;
use crate::support::fingerprint::Fingerprint;

/// Pages written together: they need not all stand in memory at once.
const PAGES_AT_A_TIME: usize = 200;

/// What is there already is the same.
const ONCE: &str = " on conflict (fingerprint) do nothing";

/// By the cycle and the rule that found it, what each subject's verdict rests on.
pub(in crate::store) type Findings =
    BTreeMap<(CycleNumber, RuleId), BTreeMap<Subject, FiredFinding>>;

impl Store {
    /// In the order in which they were committed; of a rule, those on visible subjects.
    pub async fn verdicts(&self, cycle: CycleNumber) -> Result<Verdicts, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let pages = pages_of(&mut transaction, cycle).await?;
        if pages.is_empty() {
            let mut rows = verdict_rows::of_cycle(&mut transaction, cycle).await?;
            rows.retain(|judgement| visible.subject(&judgement.subject));
            return Ok(Verdicts::gather(rows));
        }
        let subjects = subjects_of(&mut transaction, cycle).await?;
        let mut rolls: HashMap<Vec<&Fingerprint>, Arc<[Subject]>> = HashMap::new();
        let mut rules = Vec::new();
        for of_rule in pages.chunk_by(|one, next| one.rule == next.rule) {
            let names: Vec<&Fingerprint> = of_rule.iter().map(|page| &page.subjects).collect();
            let roll = rolls.entry(names.clone()).or_insert_with(|| {
                names.iter().filter_map(|name| subjects.get(*name)).flatten().cloned().collect()
            });
            rules.push(read_rule(of_rule, Arc::clone(roll))?);
        }
        let verdicts = Verdicts::new(rules);
        Ok(if visible.is_all() { verdicts } else { verdicts.of(|one| visible.subject(one)) })
    }

    pub async fn judgements(&self, cycle: CycleNumber) -> Result<Vec<Judgement>, StoreError> {
        Ok(self.verdicts(cycle).await?.to_judgements())
    }

    /// Of one subject, in the same order.
    pub async fn judgements_of(
        &self,
        subject: &Subject,
        cycle: CycleNumber,
    ) -> Result<Vec<Judgement>, StoreError> {
        let mut transaction = self.begin_read().await?;
        if !self.visible(&mut transaction).await?.subject(subject) {
            return Ok(vec![]);
        }
        let subjects = subjects_of(&mut transaction, cycle).await?;
        let mut judgements = verdict_rows::of_subject(&mut transaction, subject, cycle).await?;
        for (fingerprint, page) in &subjects {
            let Ok(place) = page.binary_search(subject) else { continue };
            let rows: Vec<Page> = query_as(
                "select rule, subjects, outcomes, others, findings
                 from verdicts join verdict_pages on fingerprint = verdicts
                 where cycle = $1 and subjects = $2 order by position",
            )
            .bind(cycle)
            .bind(fingerprint)
            .all(&mut *transaction, "verdicts")
            .await?;
            for row in rows {
                let Some((verdict, finding)) = row.text.read()?.into_iter().nth(place) else {
                    continue;
                };
                let FiredFinding { evidence, explanation } = finding.unwrap_or_default();
                let (rule, subject) = (row.rule, subject.clone());
                judgements.push(Judgement { rule, subject, verdict, evidence, explanation });
            }
        }
        Ok(judgements)
    }
}

/// What some verdicts stand on, by cycle, rule and subject.
pub(in crate::store) async fn findings(
    connection: &mut Connection,
    wanted: &BTreeMap<(CycleNumber, RuleId), BTreeSet<Subject>>,
) -> Result<Findings, StoreError> {
    let mut found = Findings::new();
    let mut lists: HashMap<Fingerprint, Vec<Subject>> = HashMap::new();
    for ((cycle, rule), subjects) in wanted {
        let rows: Vec<(Fingerprint, String, String)> = query_as(
            "select subject_pages.fingerprint, subject_pages.subjects, verdict_pages.findings
             from verdicts
             join verdict_pages on verdict_pages.fingerprint = verdicts.verdicts
             join subject_pages on subject_pages.fingerprint = verdicts.subjects
             where verdicts.cycle = $1 and verdicts.rule = $2",
        )
        .bind(cycle)
        .bind(rule)
        .all(&mut *connection, "evidence")
        .await?;
        let of_rule = found.entry((*cycle, rule.clone())).or_default();
        for (fingerprint, list, findings) in rows {
            let list = match lists.entry(fingerprint) {
                std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
                std::collections::hash_map::Entry::Vacant(new) => {
                    new.insert(columns::from_json("subject_pages.subjects", &list)?)
                }
            };
            if !list.iter().any(|subject| subjects.contains(subject)) {
                continue;
            }
            for (place, finding) in verdict_pages::findings(&findings)? {
                let subject = list.get(place).filter(|subject| subjects.contains(*subject));
                of_rule.extend(subject.map(|subject| (subject.clone(), finding)));
            }
        }
    }
    Ok(found)
}

pub(in crate::store) async fn insert(
    connection: &mut Connection,
    cycle: CycleNumber,
    verdicts: &Verdicts,
) -> Result<(), StoreError> {
    let mut writing = Writing::default();
    let mut position = 0;
    for rule in verdicts.rules() {
        check_order(rule)?;
        let mut page = 0;
        for one in verdict_pages::of_rule(rule) {
            let (subjects, text) = one?;
            writing.add((position, page), rule.rule(), subjects, text)?;
            (position, page) = (position + 1, page + 1);
            if writing.pages.len() >= PAGES_AT_A_TIME {
                writing.flush(connection, cycle).await?;
            }
        }
    }
    writing.flush(connection, cycle).await
}

/// Pages on their way to the database.
#[derive(Default)]
struct Writing<'v> {
    /// By where the subjects stand in memory: rules share them.
    known: HashMap<usize, Fingerprint>,
    lists: Vec<(Fingerprint, String)>,
    pages: Vec<(Fingerprint, PageText)>,
    rows: Vec<PageRow<'v>>,
}

struct PageRow<'v> {
    position: i64,
    rule: &'v RuleId,
    page: i64,
    subjects: Fingerprint,
    verdicts: Fingerprint,
}

impl<'v> Writing<'v> {
    fn add(
        &mut self,
        (position, page): (i64, i64),
        rule: &'v RuleId,
        list: &'v [Subject],
        text: PageText,
    ) -> Result<(), StoreError> {
        let subjects = if let Some(known) = self.known.get(&list.as_ptr().addr()) {
            known.clone()
        } else {
            let list_text = columns::to_json("subjects", &list)?;
            let fingerprint = Fingerprint::of(list_text.as_bytes());
            self.known.insert(list.as_ptr().addr(), fingerprint.clone());
            self.lists.push((fingerprint.clone(), list_text));
            fingerprint
        };
        let verdicts = Fingerprint::of_parts(&[&text.outcomes, &text.others, &text.findings]);
        self.pages.push((verdicts.clone(), text));
        self.rows.push(PageRow { position, rule, page, subjects, verdicts });
        Ok(())
    }

    async fn flush(
        &mut self,
        connection: &mut Connection,
        cycle: CycleNumber,
    ) -> Result<(), StoreError> {
        insert_lists(connection, &self.lists).await?;
        insert_pages(connection, &self.pages).await?;
        insert_rows(connection, cycle, &self.rows).await?;
        self.lists.clear();
        self.pages.clear();
        self.rows.clear();
        Ok(())
    }
}

async fn insert_lists(
    connection: &mut Connection,
    lists: &[(Fingerprint, String)],
) -> Result<(), StoreError> {
    let head = "insert into subject_pages (fingerprint, subjects) ";
    let bind = |mut values: Separated<'_>, (name, text): &(Fingerprint, String)| {
        values.push_bind(name);
        values.push_bind(text);
    };
    columns::insert(connection, "subjects", (head, ONCE), lists, bind).await
}

async fn insert_pages(
    connection: &mut Connection,
    pages: &[(Fingerprint, PageText)],
) -> Result<(), StoreError> {
    let head = "insert into verdict_pages (fingerprint, outcomes, others, findings) ";
    let bind = |mut values: Separated<'_>, (name, text): &(Fingerprint, PageText)| {
        values.push_bind(name);
        values.push_bind(&text.outcomes);
        values.push_bind(&text.others);
        values.push_bind(&text.findings);
    };
    columns::insert(connection, "verdicts", (head, ONCE), pages, bind).await
}

async fn insert_rows(
    connection: &mut Connection,
    cycle: CycleNumber,
    rows: &[PageRow<'_>],
) -> Result<(), StoreError> {
    let head = "insert into verdicts (cycle, position, rule, page, subjects, verdicts) ";
    let bind = |mut values: Separated<'_>, row: &PageRow<'_>| {
        values.push_bind(cycle);
        values.push_bind(row.position);
        values.push_bind(row.rule);
        values.push_bind(row.page);
        values.push_bind(&row.subjects);
        values.push_bind(&row.verdicts);
    };
    columns::insert(connection, "verdicts", (head, ""), rows, bind).await
}

/// A subject is looked for by its place, and has one verdict of a rule.
fn check_order(rule: &RuleVerdicts) -> Result<(), StoreError> {
    let subjects = rule.subjects();
    let mut pairs = subjects.iter().zip(subjects.iter().skip(1));
    match pairs.find(|(one, next)| one >= next) {
        None => Ok(()),
        Some((_, next)) => {
            Err(StoreError::Judged { rule: rule.rule().clone(), subject: next.clone() })
        }
    }
}

struct Page {
    rule: RuleId,
    subjects: Fingerprint,
    text: PageText,
}

impl FromRow for Page {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            rule: row.try_get("rule")?,
            subjects: row.try_get("subjects")?,
            text: PageText::from_row(row)?,
        })
    }
}

async fn pages_of(
    connection: &mut Connection,
    cycle: CycleNumber,
) -> Result<Vec<Page>, StoreError> {
    query_as(
        "select rule, subjects, outcomes, others, findings
         from verdicts join verdict_pages on fingerprint = verdicts
         where cycle = $1 order by position",
    )
    .bind(cycle)
    .all(connection, "verdicts")
    .await
}

/// Every list of subjects that a cycle judged, by its fingerprint.
async fn subjects_of(
    connection: &mut Connection,
    cycle: CycleNumber,
) -> Result<BTreeMap<Fingerprint, Vec<Subject>>, StoreError> {
    let rows: Vec<(Fingerprint, Json<Vec<Subject>>)> = query_as(
        "select fingerprint, subjects from subject_pages
         where fingerprint in (select subjects from verdicts where cycle = $1)",
    )
    .bind(cycle)
    .all(connection, "subjects")
    .await?;
    Ok(rows.into_iter().map(|(name, Json(list))| (name, list)).collect())
}

fn read_rule(pages: &[Page], subjects: Arc<[Subject]>) -> Result<RuleVerdicts, StoreError> {
    let rule = pages.first().map_or_else(|| RuleId::new(""), |page| page.rule.clone());
    let mut filling = Filling::new(rule, subjects);
    for page in pages {
        for (verdict, finding) in page.text.read()? {
            filling.push(verdict, finding);
        }
    }
    Ok(filling.finish())
}
