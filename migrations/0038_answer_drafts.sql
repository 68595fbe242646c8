-- Answers to the questionnaire of a project that somebody has written and not sent yet. They are nobody else's, and no rule
-- reads them: once they are sent they are an import, and these rows go.
create table answer_drafts (
    project  text not null,
    author   text not null, -- whose draft it is: `account/7`
    field    text not null,
    answer   text not null, -- as it was written
    saved_at text not null,
    primary key (project, author, field)
);
