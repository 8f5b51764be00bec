//! The process apart, from within: a stranger's rule is compiled here, and asked here.

use super::{Said, each, groups};
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::pack::{Origin, Rule};
use crate::plan::{EachLook, GroupQuestions, expected_rows};
use crate::script::{self, Answer, Ask, Brief, Context, GroupsHeard, Params, Setting};
use std::sync::Arc;

/// Answers what a rule is asked, as bytes; nothing where nothing is asked.
pub fn answer(question: &[u8]) -> Vec<u8> {
    let Ok((brief, ask)) = Brief::read(question) else { return Vec::new() };
    brief.reply(&said(&brief, ask))
}

fn said(brief: &Brief, ask: Ask) -> Result<Answer, Diagnostic> {
    let rule = Arc::new(rule(brief)?);
    let setting = Arc::new(Setting {
        names: Arc::clone(&brief.names),
        params: Params::of(&brief.params),
        as_of: brief.as_of,
        is_stranger: false,
    });
    let tables = brief.by_kind();
    let fields = Arc::new(brief.names.event_fields.clone());
    match ask {
        Ask::Each => {
            let looks = EachLook::all(&rule, &setting)?;
            let said = each::ask(&rule, &looks, &tables)?;
            let exceptions = said.exceptions.unwrap_or_default();
            let exceptions = [exceptions.lapses, exceptions.opportunities];
            let in_question = said.in_question.unwrap_or_default();
            let Said { verdict, records, doubts, unseen, .. } = said;
            Ok(Answer::Each { verdict, exceptions, records, in_question, doubts, unseen })
        }
        Ask::Groups(mut views, silences) => {
            views.iter_mut().for_each(|view| view.fields = Arc::clone(&fields));
            let questions = GroupQuestions::of(&rule, &setting)?;
            let heard = questions.map(|questions| groups::hear(&questions, &views, silences));
            heard.unwrap_or_else(|| Ok(GroupsHeard::default())).map(Answer::Groups)
        }
        Ask::Expected(kind) => {
            let tables = tables.get(&kind).map_or(&[][..], Vec::as_slice);
            expected_rows(&rule, &setting, tables).map(|(rows, doubts)| Answer::Expected(rows, doubts))
        }
        Ask::Judge(mut sight) => {
            sight.groups.iter_mut().for_each(|view| view.fields = Arc::clone(&fields));
            let compiled = script::compile_rule(rule, &brief.names)?;
            let cx = Context::of(&compiled.rule, &setting, &tables, sight);
            let verdict = script::judge(&compiled, &brief.names, cx, brief.time)?;
            Ok(Answer::Judged(verdict, script::take_doubts()))
        }
    }
}

/// The rule, from its texts. Those were read once before, so what is wrong with them is no news.
fn rule(brief: &Brief) -> Result<Rule, Diagnostic> {
    let read = Rule::read(&brief.text, brief.script.clone(), &brief.theme, Origin::Outside);
    let unread = || Diagnostic::error(Code::InvalidRule, "the rule cannot be read");
    let rule = read.map_err(|wrong| wrong.into_iter().next().unwrap_or_else(unread))?;
    Ok(Rule { grade: brief.grade, ..rule })
}
