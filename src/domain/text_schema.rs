//! How the API documents a type that is written as one text: by a pattern and an example.

/// The doc of the type is not seen from here, so its description is given again.
macro_rules! text_schema {
    ($name:ty, $description:literal, $pattern:literal, $example:literal) => {
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::Type::String)
                    .description(Some($description))
                    .pattern(Some($pattern))
                    .examples([$example])
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

pub(super) use text_schema;
