//! What every page has: who reads it, where they may go, what was just done; and how a page becomes a response.

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value as Json;
use tracing::error;

use super::confirmations::Confirmation;
pub(super) use super::link::Link;
use super::staging::Staging;
use super::theme::{ColourScheme, Dsfr, PageTheme};
use super::{assets, confirmations, templates};
use crate::api::{Problem, RequestContext, SignIn, leading_to};
use crate::domain::accounts::access::{Caller, Permission};

/// What the settings say of pages.
#[derive(Clone, Debug, Default)]
pub struct PageSettings {
    /// The day on which the service started, where it is not that of the system.
    pub demonstration: Option<NaiveDate>,
    /// The settings in force, without secrets.
    pub in_force: Json,
    /// Stylesheets.
    pub(super) theme: PageTheme,
    /// Files that wait to be imported.
    pub(super) staging: Staging,
}

impl PageSettings {
    /// With the files of the DSFR, or in the neutral theme.
    pub fn new(demonstration: Option<NaiveDate>, in_force: Json, dsfr: Option<Dsfr>) -> Self {
        let theme = PageTheme::of(dsfr);
        Self { demonstration, in_force, theme, staging: Staging::default() }
    }
}

/// The request context of a page's handler.
#[derive(Debug)]
pub(super) struct PageContext {
    request: RequestContext,
    frame: Frame,
}

/// What a page shows around its own content.
#[derive(Debug)]
pub(super) struct Frame {
    path: String,
    caller: Option<Caller>,
    demonstration: Option<NaiveDate>,
    theme: PageTheme,
    scheme: ColourScheme,
    /// Whether its address may stand in other addresses: those of pages open to everybody may hold secrets.
    is_returned_to: bool,
    done: Option<Confirmation>,
    /// Whether Vigie is served over https.
    is_secure: bool,
    /// Whether people sign in with an identity provider, which may ask for a second factor.
    has_provider: bool,
}

/// Title of a page, and the pages above it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Heading {
    pub(super) title: String,
    pub(super) breadcrumb: Vec<Link>,
    /// The part of the help that says what the page is for, and its words.
    pub(super) help: &'static str,
}

/// Everything that the layout of pages shows.
#[derive(Debug, Serialize)]
struct Layout<'a> {
    #[serde(flatten)]
    heading: &'a Heading,
    path: &'a str,
    nav: Vec<NavigationEntry>,
    account: Option<Link>,
    messages: Vec<Message>,
    assets: Assets<'a>,
    scheme: ColourScheme,
    /// The colour scheme of what browsers draw themselves.
    controls: &'static str,
    /// Where the colour scheme is chosen.
    display: String,
    demonstration: Option<NaiveDate>,
    /// What the caller may do, for buttons that would be refused.
    may: Vec<&'static str>,
    /// Whether the caller sees all ministries.
    is_whole: bool,
}

#[derive(Debug, Serialize)]
struct NavigationEntry {
    label: &'static str,
    href: &'static str,
    current: bool,
}

#[derive(Debug, Serialize)]
struct Message {
    kind: &'static str,
    text: &'static str,
}

#[derive(Debug, Serialize)]
struct Assets<'a> {
    stylesheets: [&'a str; 2],
    /// The script that follows the reader's system, where the theme needs one.
    scheme: Option<&'static str>,
    js: &'static str,
    icon: &'static str,
}

/// Label and address of each part of the site, and what it requires.
const PARTS: &[(&str, &str, Permission, Reach)] = &[
    ("Tableau de bord", "/", Permission::Read, Reach::Own),
    ("Projets", "/projets", Permission::Read, Reach::Own),
    ("Alertes", "/alertes", Permission::Read, Reach::Own),
    ("Missions", "/missions", Permission::Read, Reach::Own),
    ("Revues", "/revues", Permission::Read, Reach::Own),
    ("Éditions", "/editions", Permission::Read, Reach::Own),
    ("Documents", "/documents", Permission::Read, Reach::Own),
    ("Règles", "/regles", Permission::Read, Reach::Own),
    ("Importations", "/imports", Permission::Read, Reach::Whole),
    ("Campagnes", "/campagnes", Permission::Read, Reach::Own),
    ("Messages", "/messages", Permission::Read, Reach::Own),
    ("Administration", "/administration", Permission::Read, Reach::Whole),
];

/// Whether a part of the site is for those alone who see all ministries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Own,
    Whole,
}

impl PageContext {
    /// The context of a handler of the API, whose answer the page shows.
    pub(super) fn request(&self) -> RequestContext {
        self.request.clone()
    }

    /// The page that `template` makes of `view`.
    ///
    /// # Errors
    /// If the template cannot be filled.
    pub(super) fn page(
        &self,
        template: &str,
        heading: &Heading,
        view: &impl Serialize,
    ) -> Result<HttpResponse, Problem> {
        self.frame.page(StatusCode::OK, template, heading, view)
    }

    /// The same page with another status: a form that was refused is shown again, with what was typed.
    ///
    /// # Errors
    /// If the template cannot be filled.
    pub(super) fn page_with_status(
        &self,
        status: StatusCode,
        template: &str,
        heading: &Heading,
        view: &impl Serialize,
    ) -> Result<HttpResponse, Problem> {
        self.frame.page(status, template, heading, view)
    }

    /// A piece of a page, for a script that puts it in its place.
    ///
    /// # Errors
    /// If the template cannot be filled.
    pub(super) fn fragment(
        &self,
        template: &str,
        view: &impl Serialize,
    ) -> Result<HttpResponse, Problem> {
        self.frame.fragment(template, view)
    }

    /// Whether Vigie is served over https: its cookies are then sent over https alone.
    pub(super) fn is_secure(&self) -> bool {
        self.frame.is_secure
    }

    /// Whether people sign in with an identity provider: without one, no session has a second factor.
    pub(super) fn has_provider(&self) -> bool {
        self.frame.has_provider
    }

    /// Sends the browser to `address` after an act, where the page says that it was done.
    pub(super) fn done(&self, done: Confirmation, address: &str) -> HttpResponse {
        self.frame.done(done, address)
    }
}

impl Deref for PageContext {
    type Target = RequestContext;

    fn deref(&self) -> &RequestContext {
        &self.request
    }
}

impl FromRequest for PageContext {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let context = RequestContext::from_request(request, payload).into_inner();
        ready(context.map(|context| {
            let mut frame = Frame::of(request, Some(context.caller().clone()));
            frame.is_returned_to = true;
            Self { request: context, frame }
        }))
    }
}

impl Frame {
    pub(super) fn of(request: &HttpRequest, caller: Option<Caller>) -> Self {
        let settings = request.app_data::<web::Data<PageSettings>>();
        let sign_in = request.app_data::<web::Data<SignIn>>();
        let done = request.cookie(confirmations::cookie_name());
        let scheme = request.cookie(ColourScheme::cookie_name());
        Self {
            path: request.path().to_owned(),
            caller,
            demonstration: settings.and_then(|settings| settings.demonstration),
            theme: settings.map(|settings| settings.theme.clone()).unwrap_or_default(),
            scheme: ColourScheme::of(scheme.as_ref()),
            is_returned_to: false,
            done: Confirmation::of(done.as_ref()),
            is_secure: sign_in.is_some_and(|sign_in| sign_in.cookies.secure),
            has_provider: sign_in.is_some_and(|sign_in| sign_in.is_on()),
        }
    }

    /// A page with this status.
    ///
    /// # Errors
    /// If the template cannot be filled.
    pub(super) fn page(
        &self,
        status: StatusCode,
        template: &str,
        heading: &Heading,
        view: &impl Serialize,
    ) -> Result<HttpResponse, Problem> {
        let html = templates::render(template, &self.layout(heading), view);
        let html = html.map_err(|fault| not_made(template, &fault))?;
        let mut response = HttpResponse::build(status);
        response
            .insert_header(header::ContentType::html())
            .insert_header((header::CONTENT_SECURITY_POLICY, self.theme.policy()));
        if self.done.is_some() {
            response.cookie(confirmations::said());
        }
        Ok(response.body(html))
    }

    fn fragment(&self, template: &str, view: &impl Serialize) -> Result<HttpResponse, Problem> {
        let html = templates::render(template, &self.layout(&Heading::of("", "")), view);
        let html = html.map_err(|fault| not_made(template, &fault))?;
        let mut response = HttpResponse::Ok();
        response.insert_header(header::ContentType::html());
        Ok(response
            .insert_header((header::CONTENT_SECURITY_POLICY, self.theme.policy()))
            .body(html))
    }

    /// Sends the browser to `address` after an act, where the page says that it was done.
    pub(super) fn done(&self, done: Confirmation, address: &str) -> HttpResponse {
        HttpResponse::SeeOther()
            .insert_header((header::LOCATION, address))
            .cookie(done.cookie(self.is_secure))
            .finish()
    }

    /// Whether Vigie is served over https.
    pub(super) fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// The colours in which the reader asked for pages.
    pub(super) fn scheme(&self) -> ColourScheme {
        self.scheme
    }

    fn layout<'a>(&'a self, heading: &'a Heading) -> Layout<'a> {
        let may = |permission: Permission| {
            self.caller.as_ref().is_some_and(|caller| caller.may(permission))
        };
        let is_whole = self.caller.as_ref().is_some_and(|caller| caller.scope.is_whole());
        let parts = PARTS.iter().filter(|(_, _, permission, reach)| {
            may(*permission) && (is_whole || *reach == Reach::Own)
        });
        let account = self
            .caller
            .as_ref()
            .map(|caller| Link { label: caller.name.to_string(), href: "/compte".to_owned() });
        Layout {
            heading,
            path: &self.path,
            nav: parts.map(|(label, href, ..)| self.entry(label, href)).collect(),
            account,
            messages: self.done.into_iter().map(Message::of).collect(),
            assets: Assets {
                stylesheets: self.theme.stylesheets(),
                scheme: self.theme.script(self.scheme),
                js: assets::address("vigie.js"),
                icon: assets::address("vigie.svg"),
            },
            scheme: self.scheme,
            controls: self.scheme.of_controls(),
            display: if self.is_returned_to {
                leading_to("/affichage", ("retour", &self.path))
            } else {
                "/affichage".to_owned()
            },
            demonstration: self.demonstration,
            may: Permission::ALL
                .into_iter()
                .filter(|permission| may(*permission))
                .map(Permission::as_str)
                .collect(),
            is_whole,
        }
    }

    fn entry(&self, label: &'static str, href: &'static str) -> NavigationEntry {
        let is_under = self.path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/'));
        NavigationEntry { label, href, current: self.path == href || (href != "/" && is_under) }
    }
}

fn not_made(template: &str, fault: &minijinja::Error) -> Problem {
    let cause: &dyn std::error::Error = fault;
    error!(error = cause, template, "A page could not be made");
    Problem::PageNotMade
}

impl Message {
    fn of(done: Confirmation) -> Self {
        Self { kind: "success", text: done.label() }
    }
}

impl Heading {
    /// A page right under the dashboard.
    pub(super) fn of(title: &str, help: &'static str) -> Self {
        Self { title: title.to_owned(), breadcrumb: Vec::new(), help }
    }

    /// The same under the given pages, the nearest last.
    pub(super) fn under(mut self, pages: &[(&str, &str)]) -> Self {
        self.breadcrumb = pages
            .iter()
            .map(|(label, href)| Link { label: (*label).to_owned(), href: (*href).to_owned() })
            .collect();
        self
    }
}
