-- What was doubtful in a file that was imported, at its place: merged cells, numbers that may mean something else.
alter table imports add column remarks text not null default '[]'; -- JSON: row, column and remark
