//! Sign-in, against a real provider: what is asked of it, and what is believed of what it answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use insta::assert_snapshot;
use reqwest::Url;
use serde_json::{Value, json};

use crate::support::servers::provider::{Browser, HOME, OpenIdProvider};
use vigie::auth::{
    Flavour, Person, Pkce, Provider, ProviderResponse, SignInFault, SignInSettings, Ticket,
};
use vigie::support::clock::SystemClock;
use vigie::support::secret::Secret;

#[tokio::test]
async fn a_person_signs_in_and_out_at_a_generic_provider() {
    let Some(provider) = OpenIdProvider::start(Flavour::Generic) else { return };
    provider.tell(&json!({ "person": ada() })).await;
    let vigie = vigie(&provider.settings(""));
    let asked = vigie.begin().await.unwrap().url;
    assert_snapshot!(parameters(&asked, &provider), @r#"
    /auth
    claims {"id_token":{"amr":{"essential":true}}}
    client_id vigie
    code_challenge (43 characters)
    code_challenge_method S256
    nonce (43 characters)
    redirect_uri http://vigie.test/sign-in/return
    response_type code
    scope openid profile email
    state (43 characters)
    "#);

    let person = sign_in(&vigie).await.unwrap();
    assert_snapshot!(shown(&person, &provider), @r"
    issuer: (the provider)
    subject: 7c1f, Ada Lovelace <ada@culture.example>
    siret: none
    methods: pwd mfa, strong
    ");

    let out = vigie.sign_out_url(&person.id_token, &"s".repeat(43)).await.unwrap();
    assert_snapshot!(parameters(&out, &provider), @r"
    /session/end
    id_token_hint (a signed token)
    post_logout_redirect_uri http://vigie.test/signed-out
    state (43 characters)
    ");
}

#[tokio::test]
async fn an_agent_signs_in_with_proconnect_whichever_key_signs() {
    let Some(provider) = OpenIdProvider::start(Flavour::Proconnect) else { return };
    provider.tell(&json!({ "person": agent() })).await;
    let rsa = sign_in(&vigie(&provider.settings("RS256"))).await.unwrap();
    let ec = sign_in(&vigie(&provider.settings("ES256"))).await.unwrap();
    assert_snapshot!(shown(&rsa, &provider), @r"
    issuer: (the provider)
    subject: 704e024229015d2b, Ada Byron <ada@culture.example>
    siret: 11001001400022
    methods: pwd, weak
    ");
    assert_eq!(shown(&ec, &provider), shown(&rsa, &provider));
}

#[tokio::test]
async fn a_provider_that_refuses_what_it_does_not_know_is_spared_it() {
    let Some(provider) = OpenIdProvider::start(Flavour::Proconnect) else { return };
    let without_pkce = json!({ "person": agent(), "fault": "no pkce" });
    provider.tell(&without_pkce).await;
    let with = |pkce| vigie(&SignInSettings { pkce, ..provider.settings("RS256") });
    assert!(sign_in(&with(Pkce::Auto)).await.is_ok());
    assert!(sign_in(&with(Pkce::Never)).await.is_ok());
    let asked = with(Pkce::Always).begin().await.unwrap().url;
    let refused = Browser::new().walk_home(&asked).await.unwrap_err();
    assert_snapshot!(refused, @"400 Bad Request Y000400: code_challenge");
}

#[tokio::test]
async fn nothing_that_a_provider_answers_is_believed_unless_it_is_proved() {
    let Some(generic) = OpenIdProvider::start(Flavour::Generic) else { return };
    let Some(state) = OpenIdProvider::start(Flavour::Proconnect) else { return };
    let mut told = Vec::new();
    for (provider, person, faults) in [
        (
            &generic,
            ada(),
            [
                "issuer",
                "nonce",
                "audience",
                "expired",
                "access token",
                "stranger",
                "unsigned",
                "elsewhere",
                "other person",
                "declined",
                "discovery issuer",
                "long",
            ]
            .as_slice(),
        ),
        (&state, agent(), ["tampered", "plain", "other person", "nonce"].as_slice()),
    ] {
        for fault in faults {
            provider.tell(&json!({ "person": person, "fault": fault })).await;
            let answer = sign_in(&vigie(&provider.settings("RS256"))).await;
            told.push(format!("{fault}: {}", hidden(&answer.unwrap_err().to_string(), provider)));
        }
    }
    assert_snapshot!(told.join("\n"));
}

#[tokio::test]
async fn a_return_counts_only_in_the_browser_that_left_and_from_the_provider_it_left_for() {
    let Some(provider) = OpenIdProvider::start(Flavour::Generic) else { return };
    provider.tell(&json!({ "person": ada() })).await;
    let vigie = vigie(&provider.settings(""));
    let (ticket, answer) = go(&vigie).await;
    let other = Ticket::draw().unwrap();
    let mut told = Vec::new();
    let mut tried = async |name: &str, held: &Ticket, brought: &ProviderResponse| {
        let fault = vigie.finish(held, brought).await.unwrap_err();
        told.push(format!("{name}: {}", hidden(&fault.to_string(), &provider)));
    };
    tried("another browser", &other, &answer).await;
    tried("no state", &ticket, &ProviderResponse { state: None, ..answer.clone() }).await;
    let strange = Some("https://elsewhere.example".to_owned());
    tried("another issuer", &ticket, &ProviderResponse { iss: strange, ..answer.clone() }).await;
    tried("nothing", &ticket, &ProviderResponse { code: None, ..answer.clone() }).await;
    let error = Some("login_required\n".to_owned());
    tried("an error", &ticket, &ProviderResponse { error, ..answer.clone() }).await;
    assert!(vigie.finish(&ticket, &answer).await.is_ok());
    tried("the code again", &ticket, &answer).await;
    assert_snapshot!(told.join("\n"), @r"
    another browser: the return belongs to no sign-in begun in this browser: its `state` is another's, or missing
    no state: the return belongs to no sign-in begun in this browser: its `state` is another's, or missing
    another issuer: the return comes from `https://elsewhere.example`, expected `(the provider)`, the setting `sign_in.issuer`
    nothing: the return holds neither a code nor an error
    an error: the provider answered `login_required` instead of a code
    the code again: the provider no longer takes the code: grant request is invalid
    ");
}

#[tokio::test]
async fn a_code_that_waited_for_more_than_half_a_minute_is_no_longer_good() {
    let Some(provider) = OpenIdProvider::start(Flavour::Proconnect) else { return };
    provider.tell(&json!({ "person": agent() })).await;
    let vigie = vigie(&provider.settings("ES256"));
    let (ticket, answer) = go(&vigie).await;
    provider.tell(&json!({ "advance": 31 })).await;
    let fault = vigie.finish(&ticket, &answer).await.unwrap_err();
    assert_snapshot!(fault, @"the provider no longer takes the code: grant request is invalid");
}

#[tokio::test]
async fn a_provider_that_is_down_is_said_to_be() {
    let Some(provider) = OpenIdProvider::start(Flavour::Generic) else { return };
    provider.tell(&json!({ "person": ada() })).await;
    let settings = provider.settings("");
    let met = vigie(&settings);
    let (ticket, answer) = go(&met).await;
    let issuer = provider.issuer.clone();
    drop(provider);
    let told = |fault: SignInFault| fault.to_string().replace(&issuer, "(the provider)");
    assert_snapshot!(
        told(vigie(&settings).begin().await.unwrap_err()),
        @"ask the provider for its description or keys: ask (the provider)/.well-known/openid-configuration: error sending request: client error (Connect): tcp connect error: Connection refused (os error 111)"
    );
    assert_snapshot!(
        told(met.finish(&ticket, &answer).await.unwrap_err()),
        @"ask the provider for tokens: ask (the provider)/token: error sending request: client error (Connect): tcp connect error: Connection refused (os error 111)"
    );
    assert_eq!(vigie(&settings).sign_out_url(&Secret::new("a.b.c"), "state").await, None);
}

fn vigie(settings: &SignInSettings) -> Provider {
    Provider::new(settings, HOME, Arc::new(SystemClock)).unwrap().unwrap()
}

/// To the provider and back, with the ticket.
async fn go(vigie: &Provider) -> (Ticket, ProviderResponse) {
    let departure = vigie.begin().await.unwrap();
    let home = Browser::new().walk_home(&departure.url).await.unwrap();
    let said: BTreeMap<String, String> = home.query_pairs().into_owned().collect();
    let of = |name: &str| said.get(name).cloned();
    let answer = ProviderResponse {
        code: of("code").map(Secret::new),
        state: of("state"),
        iss: of("iss"),
        error: of("error"),
    };
    (departure.ticket, answer)
}

async fn sign_in(vigie: &Provider) -> Result<Person, SignInFault> {
    vigie.begin().await?;
    let (ticket, answer) = go(vigie).await;
    vigie.finish(&ticket, &answer).await
}

fn ada() -> Value {
    json!({
        "sub": "7c1f", "name": "Ada Lovelace", "email": "ada@culture.example", "amr": ["pwd", "mfa"],
    })
}

fn agent() -> Value {
    json!({
        "sub": "704e024229015d2b", "given_name": "Ada", "usual_name": "Byron", "uid": "a.byron",
        "email": "ada@culture.example", "siret": "110 010 014 00022", "amr": ["pwd"],
    })
}

fn shown(person: &Person, provider: &OpenIdProvider) -> String {
    let strong = provider.settings("").is_strong(&person.methods);
    format!(
        "issuer: {}\nsubject: {}, {} <{}>\nsiret: {}\nmethods: {}, {}",
        hidden(&person.issuer, provider),
        person.subject,
        person.name,
        person.email.as_deref().unwrap_or("none"),
        person.siret.as_deref().unwrap_or("none"),
        person.methods.join(" "),
        if strong { "strong" } else { "weak" }
    )
}

/// In order, what is drawn at random left out.
fn parameters(url: &Url, provider: &OpenIdProvider) -> String {
    assert!(url.as_str().starts_with(&provider.issuer), "{url}");
    let pairs: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    let lines = pairs.iter().map(|(name, value)| match value.len() {
        43 => format!("{name} (43 characters)"),
        100.. => format!("{name} (a signed token)"),
        _ => format!("{name} {value}"),
    });
    std::iter::once(url.path().to_owned()).chain(lines).collect::<Vec<_>>().join("\n")
}

/// The port differs from run to run, and so do instants.
fn hidden(text: &str, provider: &OpenIdProvider) -> String {
    let text = text.replace(&provider.issuer, "(the provider)");
    match text.split_once("expired at ") {
        Some((before, _)) => format!("{before}expired at …"),
        None => text,
    }
}
