-- Runs that people ask for: who asked, how far one under way has come, and what it reports.

alter table job_runs add column actor text; -- null when the timetable asked

alter table job_runs add column phase text; -- of a cycle under way: load, judge, decide, write

alter table job_runs add column report text; -- JSON
