//! Lays out messages: plain text, and HTML where everything is escaped.

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value};
use serde::Serialize;
use thiserror::Error;

use super::message::{Chat, Message, cap};
use crate::domain::messages::notice::Content;
use crate::support::french;

const TEXT: &str = "message.txt";
const HTML: &str = "message.html";
const CHAT_TEXT: &str = "chat.txt";
const CHAT_HTML: &str = "chat.html";

/// The templates are part of the program: the tests find their faults.
#[derive(Debug, Error)]
#[error("lay out a message")]
pub struct RenderError(#[from] minijinja::Error);

static TEMPLATES: LazyLock<Result<Environment<'static>, minijinja::Error>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    // Templates whose name ends in `.html` are escaped.
    templates.add_template(TEXT, include_str!("../templates/message.txt"))?;
    templates.add_template(HTML, include_str!("../templates/message.html"))?;
    templates.add_template(CHAT_TEXT, include_str!("../templates/chat.txt"))?;
    templates.add_template(CHAT_HTML, include_str!("../templates/chat.html"))?;
    Ok(templates)
});

/// The content with at most `lines` lines, and its page: `page`, or the whole of a message that was
/// cut.
pub(in crate::notify) fn content(
    message: &Message,
    page: Option<&Message>,
    lines: usize,
) -> Result<Content, RenderError> {
    let mut capped = message.clone();
    capped.more = cap(&mut capped, lines);
    let page = page.or_else(|| (capped.more > 0).then_some(message));
    capped.has_page = page.is_some();
    let html = |whole| Ok::<_, RenderError>(french::unbroken(&lay_out(HTML, whole)?));
    let page = page.map(html).transpose()?;
    Ok(Content::Message {
        text: lay_out(TEXT, &capped)?,
        html: html(&capped)?,
        page,
        attachments: vec![],
    })
}

pub(in crate::notify) fn chat(chat: &Chat) -> Result<Content, RenderError> {
    let (text, html) = (lay_out(CHAT_TEXT, chat)?, lay_out(CHAT_HTML, chat)?);
    let text = text.trim_end().to_owned();
    Ok(Content::Message { text, html, page: None, attachments: vec![] })
}

fn lay_out(template: &str, message: &impl Serialize) -> Result<String, RenderError> {
    let templates = TEMPLATES.as_ref().map_err(|error| {
        let detail = format!("{error:#}");
        minijinja::Error::new(minijinja::ErrorKind::SyntaxError, detail)
    })?;
    Ok(templates.get_template(template)?.render(Value::from(Serde(message)))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::layout::message::{Group, MessageLine, Section};

    fn line(title: &str) -> MessageLine {
        MessageLine {
            level: "high",
            label: "Élevé".to_owned(),
            title: title.to_owned(),
            about: None,
            turn: Some("nouvelle".to_owned()),
            detail: Some("Coût <b>double</b> & plus.".to_owned()),
            acknowledge_url: None,
        }
    }

    fn message(lines: usize) -> Message {
        let group = Group {
            name: "<script>alert(1)</script>".to_owned(),
            points: vec!["Audit de suivi : close".to_owned()],
            lines: (0..lines).map(|number| line(&format!("Règle n° {number}"))).collect(),
        };
        Message {
            title: "Titre".to_owned(),
            heading: "Ministère".to_owned(),
            intro: vec!["Bonjour.".to_owned()],
            action: None,
            decisions: None,
            sections: vec![Section { title: "À décider".to_owned(), groups: vec![group] }],
            more: 0,
            has_page: false,
            more_url: Some("https://vigie.example/notices/1".to_owned()),
            document: None,
            footer: vec!["Pourquoi.".to_owned()],
        }
    }

    #[test]
    fn what_comes_from_files_cannot_become_markup() {
        let Content::Message { html, text, .. } = content(&message(1), None, 30).unwrap() else {
            panic!("not a message")
        };
        assert!(!html.contains("<script>") && !html.contains("<b>double"), "{html}");
        assert!(text.contains("<script>alert(1)</script>") && text.contains("& plus"), "{text}");
        assert!(!html.contains("<img") && !html.contains("http://"), "{html}");
    }

    #[test]
    fn a_message_is_cut_after_the_given_lines_and_links_to_the_rest() {
        let Content::Message { text, html, page, .. } = content(&message(5), None, 3).unwrap()
        else {
            panic!("not a message")
        };
        assert_eq!(
            text,
            "Ministère\n\nBonjour.\n\nÀ DÉCIDER\n\n<script>alert(1)</script>\n  \
             → Audit de suivi : close\n  • [Élevé] Règle n° 0, nouvelle\n    Coût <b>double</b> & plus.\n  \
             • [Élevé] Règle n° 1, nouvelle\n    Coût <b>double</b> & plus.\n\n\
             … et 3 autres lignes.\n\n\
             Le message entier : https://vigie.example/notices/1\n\n-- \nPourquoi.\n"
        );
        assert!(html.contains("Lire le message entier") && !html.contains("Règle n° 2"));
        assert!(page.unwrap().contains("Règle n° 4"));
    }
}
