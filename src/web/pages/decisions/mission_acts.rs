//! Acts on a mission, each from a form of its page with the revision that was read: what somebody else changed meanwhile is
//! shown, and what was typed stays.

use actix_web::{HttpResponse, web};

use super::filled_form::{FilledForm, SentForm};
use super::mission::show_with;
use crate::api::Problem;
use crate::application;
use crate::decisions::missions::{
    MilestoneReached, MissionAct, MissionClosing, MissionDecision, MissionStart, MissionVerdict,
    NewMilestone, NewVendorReply, VendorNaming,
};
use crate::domain::action_bodies::Comment;
use crate::domain::bounded_text::{RequiredText, SingleLine};
use crate::domain::ids::MissionId;
use crate::domain::missions::progress::{MissionOutcome, NamingTone};
use crate::web::confirmations::Confirmation;
use crate::web::context::PageContext;

type Answer = Result<HttpResponse, Problem>;

/// Accepts or declines a proposed mission.
///
/// # Errors
/// If there is no such mission, or the data cannot be read or written.
pub(in crate::web) async fn decide(
    context: PageContext,
    id: web::Path<String>,
    sent: SentForm,
) -> Answer {
    let mut form = FilledForm::of("decision", &["verdict", "reason", "lead"], sent)?;
    let verdict = match form.text("verdict") {
        "accept" => Some(MissionVerdict::Accept),
        "decline" => Some(MissionVerdict::Decline),
        _ => None,
    };
    let done = match verdict {
        Some(MissionVerdict::Decline) => Confirmation::MissionDeclined,
        Some(MissionVerdict::Accept) | None => Confirmation::MissionAccepted,
    };
    if verdict.is_none() {
        form.refuse("verdict", "Décision : accepter ou écarter".to_owned());
    }
    let reason = form.required::<RequiredText>("reason", "Motif");
    let lead = form.optional::<SingleLine>("lead", "Pilote");
    if verdict == Some(MissionVerdict::Decline) && !form.text("lead").is_empty() {
        let words = "Pilote : personne ne conduit une mission qui est écartée";
        form.refuse("lead", words.to_owned());
    }
    let act = verdict.zip(reason).zip(lead).map(|((verdict, reason), lead)| {
        MissionAct::Decide(MissionDecision { verdict, reason, lead: lead.filled() })
    });
    conclude(&context, &id, (form, act), done).await
}

/// Records that an open mission has started.
///
/// # Errors
/// If there is no such mission, or the data cannot be read or written.
pub(in crate::web) async fn start(
    context: PageContext,
    id: web::Path<String>,
    sent: SentForm,
) -> Answer {
    let mut form = FilledForm::of("start", &["on", "lead", "until"], sent)?;
    let on = form.optional_date("on", "Date de démarrage");
    let lead = form.optional::<SingleLine>("lead", "Pilote");
    let until = form.optional_date("until", "Fin prévue");
    let act = on.zip(lead).zip(until).map(|((on, lead), until)| {
        MissionAct::Start(MissionStart {
            on: on.filled(),
            lead: lead.filled(),
            until: until.filled(),
        })
    });
    conclude(&context, &id, (form, act), Confirmation::MissionStarted).await
}

/// Adds a milestone to an open mission.
///
/// # Errors
/// If there is no such mission, or the data cannot be read or written.
pub(in crate::web) async fn add_milestone(
    context: PageContext,
    id: web::Path<String>,
    sent: SentForm,
) -> Answer {
    let mut form = FilledForm::of("milestone", &["label", "due_on"], sent)?;
    let label = form.name("label", "Jalon");
    let due_on = form.date("due_on", "Échéance");
    let act = label
        .zip(due_on)
        .map(|(label, due_on)| MissionAct::AddMilestone(NewMilestone { label, due_on }));
    conclude(&context, &id, (form, act), Confirmation::MilestoneAdded).await
}

/// Records that a milestone was reached.
///
/// # Errors
/// If there is no such mission, or the data cannot be read or written.
pub(in crate::web) async fn finish_milestone(
    context: PageContext,
    id: web::Path<String>,
    sent: SentForm,
) -> Answer {
    let mut form = FilledForm::of("reached", &["label", "on"], sent)?;
    let label = form.name("label", "Jalon");
    let on = form.optional_date("on", "Date");
    let act = label.zip(on).map(|(label, on)| {
        MissionAct::FinishMilestone(MilestoneReached { label, on: on.filled() })
    });
    conclude(&context, &id, (form, act), Confirmation::MilestoneReached).await
}

/// Adds a note to a mission, even a closed one.
///
/// # Errors
/// If there is no such mission, or the data cannot be read or written.
pub(in crate::web) async fn note(
    context: PageContext,
    id: web::Path<String>,
    sent: SentForm,
) -> Answer {
    let mut form = FilledForm::of("note", &["text"], sent)?;
    let text = form.required::<RequiredText>("text", "Note");
    let act = text.map(|text| MissionAct::Note(Comment { text }));
    conclude(&context, &id, (form, act), Confirmation::NoteAdded).await
}

/// Records a vendor's reply to an escalation, or that it did not reply.
///
/// # Errors
/// If there is no such mission, or the data cannot be read or written.
pub(in crate::web) async fn keep_vendor_reply(
    context: PageContext,
    id: web::Path<String>,
    sent: SentForm,
) -> Answer {
    let fields = ["vendor", "on", "asked_on", "text", "silent"];
    let mut form = FilledForm::of("reply", &fields, sent)?;
    let vendor = form.name("vendor", "Prestataire");
    let on = form.date("on", "Date");
    let asked_on = form.optional_date("asked_on", "Demandée le");
    let text = if form.text("silent").is_empty() {
        form.required::<RequiredText>("text", "Réponse").map(Some)
    } else {
        if !form.text("text").is_empty() {
            let words = "Réponse : à laisser vide si le prestataire n’a pas répondu";
            form.refuse("text", words.to_owned());
        }
        Some(None)
    };
    let act = vendor.zip(on).zip(asked_on).zip(text).map(|(((vendor, on), asked_on), text)| {
        MissionAct::VendorReply(NewVendorReply { vendor, on, asked_on: asked_on.filled(), text })
    });
    conclude(&context, &id, (form, act), Confirmation::VendorReplied).await
}

/// Records the decision to name a vendor in public. Only the director may decide it.
///
/// # Errors
/// If there is no such mission, or the data cannot be read or written.
pub(in crate::web) async fn name_vendor(
    context: PageContext,
    id: web::Path<String>,
    sent: SentForm,
) -> Answer {
    let mut form = FilledForm::of("naming", &["vendor", "tone", "reason"], sent)?;
    let vendor = form.name("vendor", "Prestataire");
    let tone = form.word::<NamingTone>("tone", "Pour");
    let reason = form.required::<RequiredText>("reason", "Motif");
    let act = vendor.zip(tone).zip(reason).map(|((vendor, tone), reason)| {
        MissionAct::NameVendor(VendorNaming { vendor, tone, reason })
    });
    conclude(&context, &id, (form, act), Confirmation::VendorNamed).await
}

/// Closes an open mission and records what it found.
///
/// # Errors
/// If there is no such mission, or the data cannot be read or written.
pub(in crate::web) async fn close(
    context: PageContext,
    id: web::Path<String>,
    sent: SentForm,
) -> Answer {
    let mut form = FilledForm::of("closing", &["outcome", "reason", "on"], sent)?;
    let outcome = form.word::<MissionOutcome>("outcome", "Ce que la mission a trouvé");
    let reason = form.required::<RequiredText>("reason", "Conclusions");
    let on = form.optional_date("on", "Date de fin");
    let act = outcome.zip(reason).zip(on).map(|((outcome, reason), on)| {
        MissionAct::Close(MissionClosing { outcome, reason, on: on.filled() })
    });
    conclude(&context, &id, (form, act), Confirmation::MissionClosed).await
}

/// Does the act on the revision that was read, or shows the form again with what is wrong.
async fn conclude(
    context: &PageContext,
    id: &str,
    (form, act): (FilledForm, Option<MissionAct>),
    done: Confirmation,
) -> Answer {
    let id = MissionId::new(id);
    let read = form.revision()?;
    let Some(act) = act.filter(|_| !form.is_faulty()) else {
        return show_with(context, &id, Some(read), form.faulty()).await;
    };
    let director = context.action_settings().director.as_deref();
    let by = (context.person()?, director);
    let changed = application::act_on_mission(context, (&id, Some(read)), &act, by).await;
    match changed.map_err(Problem::from) {
        Ok(_) => Ok(context.done(done, &format!("/missions/{id}"))),
        Err(problem) => show_with(context, &id, Some(read), form.refused(problem)?).await,
    }
}
