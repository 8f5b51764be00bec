//! wip
#![allow(clippy::all, clippy::print_stdout, clippy::unwrap_used)]
use preaudit::*;
fn main(){
    let disk=world::Disk::default();
    let packs=match pack::load(&[pack::PackRef::BuiltIn],&disk){Ok(p)=>p,Err(e)=>{for d in e{println!("{d}");} return;}};
    println!("{} kinds {} sources {} controls {} old", packs.kinds.len(), packs.log_sources.len(), packs.controls.len(), packs.edition_2013.len());
    for dir in std::env::args().skip(1){
        let scope=evidence::Scope{root:dir.into(),..Default::default()};
        let ev=evidence::collect(&packs,&scope,&disk).unwrap();
        for f in &ev.files { println!("{:50} {:20} {:?} {}% rec {} faults {} cols {} unused {:?}", f.file, f.kind.as_deref().or(f.source.as_deref()).unwrap_or("-"), f.source, f.sure, f.records, f.faults, f.columns.len(), f.unused); }
        for d in &ev.diagnostics { println!("  [{}] {} {}", d.code, d, d.places.iter().map(|p| format!("<{}>",p.text)).collect::<String>()); }
    }
}
