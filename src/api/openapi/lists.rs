//! What every list has in common: the parameters of a page, and the link to the next one.

use utoipa::openapi::Content;
use utoipa::openapi::HeaderBuilder;
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::OpenApi;
use utoipa::openapi::RefOr;
use utoipa::openapi::Required;
use utoipa::openapi::Response;
use utoipa::openapi::Type;
use utoipa::openapi::path::Parameter;
use utoipa::openapi::path::ParameterBuilder;
use utoipa::openapi::path::ParameterIn;

use super::super::page::LIMIT;
use super::super::page::MOST;
use super::answers::operations;

/// Of the schema of a page, before that of its entries.
const PAGE: &str = "#/components/schemas/Page_";

/// Whatever answers a page takes `limit` and `cursor`, and links to the next one.
pub(super) fn complete(document: &mut OpenApi) {
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        let answer = operation.responses.responses.get_mut("200");
        let Some(RefOr::T(answer)) = answer.filter(|answer| is_page(answer)) else { continue };
        let link = ObjectBuilder::new().schema_type(Type::String);
        let link = HeaderBuilder::new().schema(Some(link)).description(Some(
            "`<…>; rel=\"next\"`, the address of the next page, when there is one",
        ));
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
    parameter("limit", "How many entries a page holds", number)
}

fn cursor() -> Parameter {
    let words =
        "Where the page begins: the `next_cursor` of the page before, with the same filters";
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
