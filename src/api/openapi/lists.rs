//! The paging parameters of every list, and the link to its next page.

use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{
    Content, HeaderBuilder, ObjectBuilder, OpenApi, RefOr, Required, Response, Type,
};

use super::operations::operations;
use crate::api::extract::page::{LIMIT, MOST, SORT};

/// How references to the schemas of pages begin; the name of the entry's schema follows.
const PAGE: &str = "#/components/schemas/Page_";

/// Lists that the database reads page by page, in their own order.
const OWN_ORDER: [&str; 5] = [
    "/api/v1/audit",
    "/api/v1/cycles",
    "/api/v1/cycles/{cycle}/verdicts",
    "/api/v1/jobs/{job}/runs",
    "/api/v1/notices",
];

/// Adds the parameters `limit`, `cursor` and `sort`, and the header `Link`, to every operation that returns a page.
pub(super) fn complete(document: &mut OpenApi) {
    let items = document.paths.paths.iter_mut();
    for (path, operation) in
        items.flat_map(|(path, item)| operations(item).map(move |operation| (path, operation)))
    {
        let answer = operation.responses.responses.get_mut("200");
        let Some(RefOr::T(answer)) = answer.filter(|answer| is_page(answer)) else { continue };
        let link = ObjectBuilder::new().schema_type(Type::String);
        let link = HeaderBuilder::new()
            .schema(Some(link))
            .description(Some("Address of the next page, if there is one: `<…>; rel=\"next\"`"));
        answer.headers.insert("Link".to_owned(), link.build().into());
        operation.parameters.get_or_insert_default().extend([limit().into(), cursor().into()]);
        if !OWN_ORDER.contains(&path.as_str()) {
            operation.parameters.get_or_insert_default().push(sort().into());
        }
    }
}

fn is_page(answer: &RefOr<Response>) -> bool {
    let RefOr::T(answer) = answer else { return false };
    answer.content.values().any(|content| match content {
        RefOr::T(Content { schema: Some(RefOr::Ref(named)), .. }) => {
            named.ref_location.starts_with(PAGE)
        }
        RefOr::T(_) | RefOr::Ref(_) => false,
    })
}

fn limit() -> Parameter {
    let number = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(MOST))
        .default(Some(LIMIT.into()));
    parameter("limit", "Maximum number of entries in the page", number)
}

fn cursor() -> Parameter {
    let words = "Start of the page: the `next_cursor` of the previous page, with the same filters";
    parameter("cursor", words, ObjectBuilder::new().schema_type(Type::String))
}

fn sort() -> Parameter {
    let words = "Order: fields of the entries, with `-` for descending, as `ministry,-cost_current`. Levels are sorted by how \
                 serious they are, and entries without a value come last. By default, the list's own order";
    parameter(SORT, words, ObjectBuilder::new().schema_type(Type::String))
}

fn parameter(name: &str, words: &str, schema: ObjectBuilder) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(words))
        .schema(Some(schema))
        .build()
}
