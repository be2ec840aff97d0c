//! An error as a JSON document: `{"error":{code,message,labels,help,causes,related}}`.

use miette::{Diagnostic, Report, Severity, SourceCode};
use serde_json::{Map, Value, json};

use super::{mistakes, rendering::Trace};

/// The document of these mistakes: the first is the error, the others are in its `related`.
pub fn error_document(reports: &[Report], trace: Trace) -> Value {
    let mistakes = reports.iter().flat_map(|report| mistakes(report.as_ref()));
    let mut documents = mistakes.map(|one| diagnostic_document(one, None, trace));
    let mut first = documents.next().unwrap_or_else(|| json!({ "message": "unknown error" }));
    let others: Vec<Value> = documents.collect();
    if let (false, Some(fields)) = (others.is_empty(), first.as_object_mut()) {
        let related = fields.entry("related").or_insert_with(|| json!([]));
        if let Some(related) = related.as_array_mut() {
            related.extend(others);
        }
    }
    json!({ "error": first })
}

fn diagnostic_document(diagnostic: &dyn Diagnostic, outer: Option<&dyn SourceCode>, trace: Trace) -> Value {
    let source = diagnostic.source_code().or(outer);
    let mut fields = Map::new();
    if let Some(code) = diagnostic.code() {
        fields.insert("code".into(), code.to_string().into());
    }
    fields.insert("message".into(), diagnostic.to_string().into());
    fields.insert("labels".into(), labels(diagnostic, source).into());
    if let Some(help) = diagnostic.help() {
        fields.insert("help".into(), help.to_string().into());
    }
    let causes = causes(diagnostic);
    if !causes.is_empty() {
        fields.insert("causes".into(), causes.into());
    }
    if let Some(related) = diagnostic.related() {
        let told = related.filter(|other| trace == Trace::Whole || other.severity() != Some(Severity::Advice));
        let related: Vec<Value> = told.map(|other| diagnostic_document(other, source, trace)).collect();
        if !related.is_empty() {
            fields.insert("related".into(), related.into());
        }
    }
    Value::Object(fields)
}

/// The places that the mistake points at; lines and columns count from 1.
fn labels(diagnostic: &dyn Diagnostic, source: Option<&dyn SourceCode>) -> Vec<Value> {
    let Some(labels) = diagnostic.labels() else { return Vec::new() };
    labels
        .map(|label| {
            let mut place = json!({ "text": label.label() });
            if let Some(contents) = source.and_then(|source| source.read_span(label.inner(), 0, 0).ok()) {
                place["file"] = json!(contents.name());
                place["line"] = json!(contents.line() + 1);
                place["column"] = json!(contents.column() + 1);
            }
            place
        })
        .collect()
}

fn causes(diagnostic: &dyn Diagnostic) -> Vec<Value> {
    let mut causes = Vec::new();
    let mut next = std::error::Error::source(diagnostic);
    while let Some(cause) = next {
        causes.push(cause.to_string().into());
        next = cause.source();
    }
    causes
}
