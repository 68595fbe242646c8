//! Validates requests against the OpenAPI document before any handler runs.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::OnceLock;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PathError;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpRequest, ResponseError as _, web};
use serde::Deserialize;
use serde_json::{Number, Value};

use super::schema_validation;
use super::schema_validation::Schemas;
use crate::api::extract::query;
use crate::api::extract::query::QueryFault;
use crate::api::openapi::document::LazyDocument;
use crate::api::problem::kinds::Problem;
use crate::api::route::MatchedRoute;
use crate::domain::plausible;

const JSON: &str = "application/json";

/// What the document says about one operation's request.
#[derive(Debug)]
struct Contract {
    /// Names of the query parameters.
    parameters: BTreeSet<String>,
    /// For query parameters that are dates or instants, how they are read.
    dates: BTreeMap<String, ReadDate>,
    /// Names of the path parameters that are whole numbers.
    numbers: Vec<String>,
    /// Media types accepted for the body; empty if there is no body.
    bodies: BTreeSet<String>,
    /// Schema of a JSON body.
    schema: Option<Value>,
}

/// What the document says about requests, read from it when a request first has something to be held to. The routing registers it.
#[derive(Debug)]
pub(in crate::api) struct LazyContracts {
    document: &'static LazyDocument,
    /// `None` within if the document cannot be written or read.
    read: OnceLock<Option<RequestContracts>>,
}

/// What the document says about the requests of every route.
#[derive(Debug)]
struct RequestContracts {
    /// The document's schemas that bodies of requests are made of, by name.
    schemas: Schemas,
    /// By path, then by method.
    by_path: HashMap<String, HashMap<Method, Contract>>,
}

/// The parts of the document that say what requests are.
#[derive(Deserialize)]
struct Described {
    paths: BTreeMap<String, DescribedPath>,
    components: DescribedComponents,
}

#[derive(Deserialize)]
struct DescribedComponents {
    schemas: Schemas,
}

#[derive(Deserialize)]
struct DescribedPath {
    get: Option<DescribedOperation>,
    post: Option<DescribedOperation>,
    put: Option<DescribedOperation>,
    patch: Option<DescribedOperation>,
    delete: Option<DescribedOperation>,
}

#[derive(Deserialize)]
struct DescribedOperation {
    #[serde(default)]
    parameters: Vec<DescribedParameter>,
    #[serde(rename = "requestBody")]
    body: Option<DescribedBody>,
}

#[derive(Deserialize)]
struct DescribedParameter {
    name: String,
    #[serde(rename = "in")]
    place: String,
    schema: Value,
}

#[derive(Deserialize)]
struct DescribedBody {
    content: BTreeMap<String, DescribedContent>,
}

#[derive(Deserialize)]
struct DescribedContent {
    schema: Option<Value>,
}

impl RequestContracts {
    /// Reads the contracts from the JSON text of the document.
    ///
    /// # Errors
    /// If the text is not that of a document.
    fn of(document: &[u8]) -> serde_json::Result<Self> {
        let Described { paths, components } = serde_json::from_slice(document)?;
        let named = components.schemas;
        let of_path = |path: DescribedPath| {
            let DescribedPath { get, post, put, patch, delete } = path;
            let each = [
                (Method::GET, get),
                (Method::POST, post),
                (Method::PUT, put),
                (Method::PATCH, patch),
                (Method::DELETE, delete),
            ];
            let known = each.into_iter();
            known.filter_map(|(method, one)| Some((method, Contract::of(one?, &named)))).collect()
        };
        let by_path: HashMap<String, HashMap<Method, Contract>> =
            paths.into_iter().map(|(path, item)| (path, of_path(item))).collect();
        // Most schemas are those of answers.
        let mut schemas = Schemas::new();
        for contract in by_path.values().flat_map(HashMap::values) {
            add_named_by(contract.schema.as_ref(), &named, &mut schemas);
        }
        Ok(Self { schemas, by_path })
    }

    /// The contract of a request; `None` if its route is not in the document.
    fn find(&self, request: &HttpRequest) -> Option<&Contract> {
        let route = MatchedRoute::of(request)?;
        self.by_path.get(&route.path)?.get(&route.method)
    }
}

impl LazyContracts {
    pub(in crate::api) const fn of(document: &'static LazyDocument) -> Self {
        Self { document, read: OnceLock::new() }
    }

    /// The contracts that were registered when the service started.
    ///
    /// # Errors
    /// If none were registered.
    fn registered(request: &HttpRequest) -> Result<&'static Self, Problem> {
        request.app_data::<&'static Self>().copied().ok_or(Problem::Unassembled)
    }

    /// The contracts; `None` if the document cannot be written or read. The first call takes tens of milliseconds.
    fn contracts(&self) -> Option<&RequestContracts> {
        let read = || RequestContracts::of(self.document.json()?).ok();
        self.read.get_or_init(read).as_ref()
    }

    /// The contracts, read on a thread that may block if they are not yet.
    ///
    /// # Errors
    /// If the document cannot be written or read.
    async fn read(&'static self) -> Result<&'static RequestContracts, Problem> {
        let contracts = match self.read.get() {
            Some(read) => read.as_ref(),
            None => web::block(|| self.contracts()).await.ok().flatten(),
        };
        contracts.ok_or(Problem::Unassembled)
    }
}

/// Refuses unknown or invalid parameters, and bodies of another media type.
pub(in crate::api) async fn validate_parameters(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if has_contract(&request) {
        let contracts = LazyContracts::registered(request.request())?.read().await?;
        let contract = contracts.find(request.request());
        if let Some(Err(problem)) = contract.map(|contract| contract.check(&request)) {
            return Ok(request.into_response(problem.error_response()));
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Whether the document may have something to say of a request: pages are not in it, and a bare address has nothing to check.
fn has_contract(request: &ServiceRequest) -> bool {
    let is_described = MatchedRoute::of(request.request()).is_some_and(|route| route.tag.is_some());
    let is_bare = request.method() == Method::GET && request.query_string().is_empty();
    is_described && !is_bare
}

/// The error of a path whose parameters a handler cannot read.
#[expect(clippy::needless_pass_by_value, reason = "the signature is actix-web's")]
pub(in crate::api) fn path_error(error: PathError, request: &HttpRequest) -> actix_web::Error {
    let unread = || Problem::BadParameter(format!("read the path: {error}"));
    wrong_number(request).map_or_else(unread, Problem::from).into()
}

/// The first path parameter that should be a whole number and is not, if any.
fn wrong_number(request: &HttpRequest) -> Option<QueryFault> {
    let path = request.match_info();
    let contracts = LazyContracts::registered(request).ok()?.contracts()?;
    let given = contracts.find(request)?.numbers.iter();
    let mut given = given.filter_map(|name| Some((name, path.get(name)?)));
    let (name, found) = given.find(|(_, found)| found.parse::<i64>().is_err())?;
    Some(QueryFault::of(name, format!("found `{found}`, expected a whole number")))
}

/// Refuses a JSON body that does not match its schema, with the errors found in it. The body has already been
/// received.
pub(in crate::api) async fn validate_body(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if !has_contract(&request) || !request.content_type().eq_ignore_ascii_case(JSON) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let contracts = LazyContracts::registered(request.request())?.read().await?;
    let contract = contracts.find(request.request());
    if let Some(schema) = contract.and_then(|contract| contract.schema.as_ref()) {
        let body = request.extract::<web::Bytes>().await?;
        match check_body(body, schema, &contracts.schemas) {
            Ok(body) => request.set_payload(Payload::from(body)),
            Err(problem) => return Ok(request.into_response(problem.error_response())),
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Validates a JSON body and returns it as handlers read it, with numbers such as `7.0` rewritten.
///
/// # Errors
/// If the body is not JSON, or does not match `schema`.
fn check_body(body: web::Bytes, schema: &Value, schemas: &Schemas) -> Result<web::Bytes, Problem> {
    let mut sent: Value =
        serde_json::from_slice(&body).map_err(|error| Problem::of_json(&error))?;
    let is_rewritten = rewrite_whole_numbers(&mut sent);
    let found = schema_validation::validate(&sent, schema, schemas);
    match found.is_empty() {
        true if is_rewritten => Ok(sent.to_string().into()),
        true => Ok(body),
        false => Err(found.into()),
    }
}

/// Rewrites numbers such as `7.0`, which JSON Schema accepts as whole numbers, to `7`. Returns whether there was any.
fn rewrite_whole_numbers(value: &mut Value) -> bool {
    match value {
        Value::Number(number) => {
            let whole = as_whole_number(number);
            if let Some(whole) = whole {
                *number = whole.into();
            }
            whole.is_some()
        }
        Value::Array(items) => {
            items.iter_mut().fold(false, |any, item| rewrite_whole_numbers(item) | any)
        }
        Value::Object(fields) => {
            fields.values_mut().fold(false, |any, field| rewrite_whole_numbers(field) | any)
        }
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

/// The whole number that a number such as `7.0` means, if it is written without an exponent.
fn as_whole_number(number: &Number) -> Option<i64> {
    number.to_string().strip_suffix(".0")?.parse().ok()
}

impl Contract {
    fn of(operation: DescribedOperation, named: &Schemas) -> Self {
        let (mut parameters, mut numbers) = (BTreeSet::new(), Vec::new());
        let mut dates = BTreeMap::new();
        for DescribedParameter { name, place, schema } in operation.parameters {
            match place.as_str() {
                "query" => {
                    if let Some(read) = read_date(&schema) {
                        dates.insert(name.clone(), read);
                    }
                    parameters.insert(name);
                }
                "path" if schema_validation::is_whole_number(&schema, named) => numbers.push(name),
                _ => {}
            }
        }
        let mut content = operation.body.map(|body| body.content).unwrap_or_default();
        let schema = content.get_mut(JSON).and_then(|json| json.schema.take());
        Self { parameters, dates, numbers, bodies: content.into_keys().collect(), schema }
    }

    fn check(&self, request: &ServiceRequest) -> Result<(), Problem> {
        let given = query::parameters(request.query_string()).map_err(Problem::from)?;
        for (name, read) in &self.dates {
            for found in given.get(name).into_iter().flatten() {
                if let Err(expected) = read(found) {
                    let words = format!("found `{found}`, expected {expected}");
                    return Err(QueryFault::of(name, words).into());
                }
            }
        }
        if let Some(unknown) = given.into_keys().find(|name| !self.parameters.contains(name)) {
            return Err(QueryFault::unknown(&unknown, &self.parameters).into());
        }
        let found = request.content_type();
        if !self.bodies.is_empty()
            && !self.bodies.iter().any(|known| known.eq_ignore_ascii_case(found))
        {
            let expected: Vec<&str> = self.bodies.iter().map(String::as_str).collect();
            let found = format!("found `{found}`, expected {}", expected.join(" or "));
            return Err(Problem::BadBody { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, found });
        }
        Ok(())
    }
}

/// Checks a date or an instant; the error says what was expected.
type ReadDate = fn(&str) -> Result<(), &'static str>;

/// How a parameter is checked if it is a date or an instant.
fn read_date(schema: &Value) -> Option<ReadDate> {
    let formats = [schema.get("format"), schema.pointer("/items/format")];
    let choices = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    let formats = formats.into_iter().chain(choices.map(|choice| choice.get("format"))).flatten();
    let mut formats = formats.filter_map(Value::as_str);
    formats.find_map(|format| -> Option<ReadDate> {
        match format {
            "date" => Some(|text| plausible::date(text).map(drop)),
            "date-time" => Some(|text| plausible::instant(text).map(drop)),
            _ => None,
        }
    })
}

/// Adds the schemas that `schema` names, and those that they name.
fn add_named_by(schema: Option<&Value>, named: &Schemas, schemas: &mut Schemas) {
    for name in schema.into_iter().flat_map(schema_validation::names) {
        if let Some(found) = named.get(name).filter(|_| !schemas.contains_key(name)) {
            schemas.insert(name.to_owned(), found.clone());
            add_named_by(Some(found), named, schemas);
        }
    }
}
