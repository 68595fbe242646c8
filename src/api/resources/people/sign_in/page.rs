//! A small HTML page: text, a link, a button. It runs no scripts and loads nothing.

use std::sync::LazyLock;

use actix_web::http::header::ContentType;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::support::visible_text;

const STYLE: &str = "body{margin:0;background:#f4f4f6;color:#1e1e1e;font:1rem/1.5 Arial,Helvetica,sans-serif}\
main{max-width:38rem;margin:2rem auto;padding:1rem 1.5rem 1.5rem;background:#fff}\
.service{margin:0;font-weight:bold;color:#3a3a3a}\
h1{margin:.25rem 0 1rem;font-size:1.5rem;line-height:1.3}\
p{margin:0 0 1rem;overflow-wrap:anywhere}\
a{color:#000091}\
label{display:block;margin:0 0 .25rem}\
input{display:block;box-sizing:border-box;width:100%;margin:0 0 1rem;padding:.5rem;border:1px solid #3a3a3a;font:inherit}\
button{padding:.5rem 1rem;border:0;background:#000091;color:#fff;font:inherit;cursor:pointer}\
a:focus,button:focus,input:focus{outline:3px solid #0a76f6;outline-offset:2px}";

/// Hash of the style, which allows it in the content security policy.
static STYLE_HASH: LazyLock<String> = LazyLock::new(|| STANDARD.encode(Sha256::digest(STYLE)));

/// A text field of a form.
#[derive(Clone, Debug)]
pub(in crate::api::resources::people) struct HtmlField {
    pub(in crate::api::resources::people) name: &'static str,
    pub(in crate::api::resources::people) label: &'static str,
    /// What browsers may fill in.
    pub(in crate::api::resources::people) autocomplete: &'static str,
    pub(in crate::api::resources::people) is_required: bool,
}

#[derive(Debug, Default)]
pub(in crate::api::resources::people) struct HtmlPage {
    pub(in crate::api::resources::people) title: &'static str,
    pub(in crate::api::resources::people) paragraphs: Vec<String>,
    /// Text and path of a link.
    pub(in crate::api::resources::people) link: Option<(&'static str, String)>,
    /// Fields to submit with the button.
    pub(in crate::api::resources::people) fields: Vec<HtmlField>,
    /// Name and value of what is submitted beside them.
    pub(in crate::api::resources::people) hidden: Option<(&'static str, String)>,
    /// Text of the button, and the path it posts to; empty for the page's own path.
    pub(in crate::api::resources::people) button: Option<(&'static str, &'static str)>,
    /// Origin to which the response to the button may redirect, in addition to this service.
    pub(in crate::api::resources::people) leads_to: Option<String>,
}

impl HtmlPage {
    pub(in crate::api::resources::people) fn answer(&self, status: StatusCode) -> HttpResponse {
        self.answer_with(HttpResponse::build(status))
    }

    pub(in crate::api::resources::people) fn answer_with(
        &self,
        mut response: HttpResponseBuilder,
    ) -> HttpResponse {
        let elsewhere = self.leads_to.as_deref().unwrap_or_default();
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{}'; form-action 'self' {elsewhere}; \
             base-uri 'none'; frame-ancestors 'none'",
            *STYLE_HASH
        );
        response
            .insert_header(ContentType::html())
            .insert_header((header::CONTENT_SECURITY_POLICY, policy))
            .body(self.html())
    }

    fn html(&self) -> String {
        let title = escaped(self.title);
        let paragraphs: Vec<String> =
            self.paragraphs.iter().map(|text| format!("<p>{}</p>\n", escaped(text))).collect();
        let paragraphs = paragraphs.concat();
        let link = self.link.as_ref().map_or(String::new(), |(text, address)| {
            format!("<p><a href=\"{}\">{}</a></p>\n", escaped(address), escaped(text))
        });
        let fields = self.fields.iter().map(|field| {
            let HtmlField { name, label, autocomplete, is_required } = field;
            let required = if *is_required { " required" } else { "" };
            format!(
                "<label for=\"{name}\">{}</label><input id=\"{name}\" name=\"{name}\"{required} \
                 autocomplete=\"{autocomplete}\">",
                escaped(label)
            )
        });
        let hidden = self.hidden.iter().map(|(name, value)| {
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escaped(value))
        });
        let fields: String = hidden.chain(fields).collect();
        let button = self.button.map_or(String::new(), |(text, address)| {
            let action = match address {
                "" => String::new(),
                address => format!(" action=\"{}\"", escaped(address)),
            };
            format!(
                "<form method=\"post\"{action}>{fields}<button>{}</button></form>\n",
                escaped(text)
            )
        });
        format!(
            "<!DOCTYPE html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title} — Vigie</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n\
             <p class=\"service\">Vigie</p>\n<h1>{title}</h1>\n{paragraphs}{link}{button}</main>\n\
             </body>\n</html>\n"
        )
    }
}

fn escaped(text: &str) -> String {
    let text = visible_text::one_line(text);
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
