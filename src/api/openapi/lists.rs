//! The paging parameters of every list, and the link to its next page.

use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{
    Content, HeaderBuilder, ObjectBuilder, OpenApi, RefOr, Required, Response, Type,
};

use super::operations::operations;
use crate::api::extract::page::{LIMIT, MOST};

/// How references to the schemas of pages begin; the name of the entry's schema follows.
const PAGE: &str = "#/components/schemas/Page_";

/// Adds the parameters `limit` and `cursor`, and the header `Link`, to every operation that returns a page.
pub(super) fn complete(document: &mut OpenApi) {
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        let answer = operation.responses.responses.get_mut("200");
        let Some(RefOr::T(answer)) = answer.filter(|answer| is_page(answer)) else { continue };
        let link = ObjectBuilder::new().schema_type(Type::String);
        let link = HeaderBuilder::new()
            .schema(Some(link))
            .description(Some("Address of the next page, if there is one: `<…>; rel=\"next\"`"));
        answer.headers.insert("Link".to_owned(), link.build().into());
        operation.parameters.get_or_insert_default().extend([limit().into(), cursor().into()]);
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

fn parameter(name: &str, words: &str, schema: ObjectBuilder) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(words))
        .schema(Some(schema))
        .build()
}
