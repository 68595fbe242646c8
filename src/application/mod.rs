//! The pipeline: reads what is known, measures it, judges it, compares alerts, plans missions, and
//! commits everything in one transaction.

mod actions;
mod cache;
mod cycle;
mod documents;
mod error;
mod foresight;
mod publishing;
mod queries;
mod questionnaire;
mod reading_refusal;
mod refresh;
mod services;
mod tables;
mod token_refusal;

pub use crate::support::clock::today;
pub use actions::account_links::{Invitation, SignInLink, invite, send_sign_in_link};
pub use actions::alert_actions::{
    ContestableField, SilenceRequest, contest, contestable_fields, find_alert, ministries, silence,
    subject_called,
};
pub use actions::alert_handling::{AlertHandling, ReadAlert, handle_alert};
pub use actions::exits::explain_exit;
pub use actions::intake::{
    FileIntake, Intake, IntakeTerms, RefusedFile, record_files, record_successions, take_in,
    take_in_file,
};
pub use actions::job_requests::{EnqueueError, Enqueued, JobQueue, JobRequest, QueuedJob};
pub use actions::missions::{
    MissionFile, MissionLine, act_on_mission, mission, mission_lines, mission_outcomes,
    mission_ranking, mission_teams,
};
pub use actions::reading::open::open_reader;
pub use actions::reading::profiles::{
    ProfileFile, ProfileOutline, profile_file, profile_outlines, save_profile, withdraw_profile,
};
pub use actions::reading::recorded_names::{record_names, withdraw_name};
pub use actions::reviews::{
    OpenAction, ReviewFile, ReviewLine, act_on_review, open_actions, plan_reviews, review,
    review_calendar, review_lines,
};
pub use actions::sessions::{end_own_session, end_session};
pub use actions::several_files::{
    EditionFigures, FileToRead, FilesIntake, TakenFile, take_in_files,
};
pub use actions::tokens::{
    MOST_DAYS, USUAL_DAYS, issue_local_token, issue_token, revoke_own_token, revoke_token,
    valid_local_tokens,
};
pub use actions::webhook_events::{acknowledge, directory, notices_of, record_clock_jump};
pub use cache::ApplicationCache;
pub use cache::catalogue_in_force::CatalogueInForce;
pub use cycle::announce::preview;
pub use cycle::digest::digest;
pub use cycle::past::replay::{
    DecisionDifference, Replay, ReplayDifference, ReplayDifferenceKind, replay,
};
pub use cycle::progress::CycleProgress;
pub use cycle::remind::remind;
pub use cycle::run::{
    CycleOutcome, CycleReport, CycleRequest, announce, may_run, run, run_followed,
};
pub use cycle::summary::{AlertMove, CycleBrief, MissionMove};
pub use cycle::void::{VoidReport, void};
pub use documents::note_texts::{note_texts, write_note_text};
pub use documents::refusal::DocumentRefusal;
pub use documents::{
    DocumentFormat, DocumentRequest, FilledDocument, document, document_file, document_template,
};
pub use error::ApplicationError;
pub use foresight::attention::attention;
pub use foresight::attention_report::{
    Attention, AttentionLine, LeadingWarning, ListCandidate, MissingAnswers,
};
pub use foresight::backtest::{backtest, backtest_draft, backtest_texts};
pub use foresight::backtest_refusal::BacktestRefusal;
pub use foresight::forecast::answer::{
    AheadCalibration, CalibrationWindow, Forecast, ForecastBasis, ForecastClass, ForecastProject,
    RateCalibration, RateForecast, RatePoint, TargetChance,
};
pub use foresight::forecast::refusal::ForecastRefusal;
pub use foresight::forecast::run::forecast;
pub use foresight::forecast::terms::{ForecastTerms, SlipBy, SupposedSlip};
pub use foresight::report::{
    Backtest, BacktestEdition, BacktestTerms, BaselineScore, FURTHEST_HORIZON, FamilyScore,
    LeftOutSteps, LevelScore, OrderScore, RuleScore,
};
pub use foresight::scorecards::{
    ScoreChange, compared as compared_scores, score_changes, score_changes_of_texts, scorecards,
};
pub use foresight::sweep::{SWEEP_VALUES, Sweep, SweepPoint, SweepTerms, sweep};
pub use publishing::cases::run_cases;
pub use publishing::catalogue::{
    CatalogueSource, CatalogueTexts, catalogue, check_files, dictionary, run_cases_of, source,
    text_in_force, with_draft, with_files,
};
pub use publishing::compare::{
    FileComparison, OverrideLine, ThreeWay, VersionText, Wording, WordingError, compare, overrides,
    three_way, versions,
};
pub use publishing::consequences::{MinistryNews, MissionDifference, MissionDifferenceKind};
pub use publishing::diff::{
    CatalogueDiff, RuleDifference, RuleDifferenceKind, Side, ThresholdDifference, diff, diff_draft,
    diff_files,
};
pub use publishing::drafts::{
    DraftOutline, DraftTrial, DraftView, amended, draft, draft_on, draft_text_at, edited,
    prove_draft, prove_files, save_draft, step_draft, try_files, with_field, with_template,
    with_thresholds,
};
pub use publishing::file_names::named_for_people;
pub use publishing::proof::Proof;
pub use publishing::publish::{
    RollBack, publication_bar, publish, refuse_local_publication, roll_back,
};
pub use publishing::trial::{NoPlace, Trial, TrialPlaces, TrialSettings};
pub use publishing::verdict_diff::{DifferenceKind, Standing, VerdictDifference};
pub use queries::alert_queue::{
    AlertQueue, QueueAbsence, QueueOrder, QueueOwner, QueueTerms, alert_queue,
};
pub use queries::coverage::{
    Coverage, CycleFindings, FieldCost, LevelCount, MinistryCoverage, RuleCoverage, RuleFindings,
    Tally, coverage, findings,
};
pub use queries::dossier::{AlertDossier, AlertEvent, AlertLine, CycleBasis, alert_lines, dossier};
pub use queries::edition_comparison::{
    ComparedField, EditionComparison, EditionMove, EditionTotals, ProjectComparison,
    compare_editions, compare_last_editions,
};
pub use queries::explain::{Explanation, explain};
pub use queries::feed::{Feed, FeedEntry, feed};
pub use queries::firing::{Firing, firing};
pub use queries::layouts::{
    LayoutLook, LayoutTrialTerms, look_at_layout, parse_profile, propose_profile, try_profile,
};
pub use queries::names::{JudgementLine, rule_heads, rule_titles, verdict_lines};
pub use queries::projects::rate_chart::rate_chart;
pub use queries::projects::records::{FigureSource, ProjectRecords, project_records};
pub use queries::projects::standings::{ProjectStanding, project_standings};
pub use queries::projects::table::{ProjectTable, project_table, projects};
pub use queries::recipients::recipients;
pub use queries::row_schemas::{HistoryRow, MinistryRow, PortfolioRow, ProjectRow};
pub use queries::table_rows::TableRow;
pub use queries::timeline::{TimelineEvent, TimelineKind, timeline};
pub use queries::view::{
    LEAVING_FIELDS, Panorama, ProjectView, find_project, is_due_to_leave, panorama, project,
    verdicts,
};
pub use questionnaire::answer_sheet::{
    AnswerSheet, AskedQuestion, AskedTheme, LastShownAnswer, NO_VALUE, answer_sheet,
};
pub use questionnaire::answers_sent::{AnswerFault, SignedAnswers, check_answers, send_answers};
pub use questionnaire::campaign_messages::write_campaign_messages;
pub use questionnaire::campaign_report::{
    CampaignCoverage, CampaignReport, ProjectAnswers, VerdictCount,
};
pub use questionnaire::campaigns::{campaigns, cancel_campaign, plan_campaign};
pub use questionnaire::refusal::QuestionnaireRefusal;
pub use questionnaire::report::{AnswerLine, AnswerState, campaign_answers, campaign_report};
pub use questionnaire::wanted_answers::{WantedAnswer, WantedAnswers, wanted_answers, wanted_of};
pub use questionnaire::workbook::{QuestionnaireRequest, questionnaire_workbook};
pub use reading_refusal::ReadingRefusal;
pub use refresh::{FiguresBasis, keep_figures_ready, refresh_figures};
pub use services::Services;
pub use tables::export::{
    ExportColumn, ExportError, ExportFormat, ExportReader, ExportScope, ExportTable, Exported,
    ListContents, ListFormat, ListTable, MOST_LISTED, export, export_list,
};
pub use tables::judge_table::{
    Progress, TableError, TableReport, TableRequest, TableTally, VerdictFormat, VerdictWriter,
    judge_table,
};
pub use token_refusal::TokenRefusal;
