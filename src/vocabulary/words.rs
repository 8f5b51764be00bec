//! Words and titles: English, German, French, Spanish, Italian.

words! {
    /// A word or title of reports; `{}` is a hole for a value.
    Word {
        // States of checks and findings.
        Major = "major" | "Hauptabweichung" | "non-conformité majeure" | "no conformidad mayor" | "non conformità maggiore";
        Minor = "minor" | "Nebenabweichung" | "non-conformité mineure" | "no conformidad menor" | "non conformità minore";
        Opportunity = "opportunity" | "Verbesserungspotenzial" | "opportunité d'amélioration" | "oportunidad de mejora" | "opportunità di miglioramento";
        Conformity = "conformity" | "Konformität" | "conformité" | "conformidad" | "conformità";
        NotApplicable = "not-applicable" | "nicht anwendbar" | "non applicable" | "no aplicable" | "non applicabile";
        NotEvaluated = "not-evaluated" | "nicht bewertet" | "non évalué" | "no evaluado" | "non valutato";
        Waived = "waived" | "mit Ausnahmegenehmigung" | "sous dérogation" | "con exención" | "in deroga";
        Faulted = "faulted" | "Regel fehlgeschlagen" | "règle en échec" | "regla fallida" | "regola fallita";
        // Verdicts.
        Blocked = "blocked" | "blockiert" | "bloqué" | "bloqueado" | "bloccato";
        Conditional = "conditional" | "bedingt" | "sous conditions" | "condicionado" | "con riserva";
        Ready = "ready" | "bereit" | "prêt" | "listo" | "pronto";
        CannotSay = "cannot say" | "keine Aussage möglich" | "impossible à dire" | "no se puede decir" | "non determinabile";
        // Audits.
        PreAudit = "pre-audit" | "Voraudit" | "audit à blanc" | "preauditoría" | "pre-audit";
        Stage1 = "stage-1" | "Audit der Stufe 1" | "audit d'étape 1" | "auditoría de etapa 1" | "audit di fase 1";
        Stage2 = "stage-2" | "Audit der Stufe 2" | "audit d'étape 2" | "auditoría de etapa 2" | "audit di fase 2";
        Surveillance = "surveillance" | "Überwachungsaudit" | "audit de surveillance" | "auditoría de seguimiento" | "audit di sorveglianza";
        Recertification = "recertification" | "Rezertifizierungsaudit" | "audit de recertification" | "auditoría de recertificación" | "audit di ricertificazione";
        InternalAudit = "internal-audit" | "internes Audit" | "audit interne" | "auditoría interna" | "audit interno";
        // What a word rests on.
        Reconciliation = "reconciliation" | "Abgleich" | "rapprochement" | "conciliación" | "riconciliazione";
        RecordsSeen = "records" | "Aufzeichnungen" | "enregistrements" | "registros" | "registrazioni";
        Document = "document" | "Dokument" | "document" | "documento" | "documento";
        Attestation = "attestation" | "Bestätigung" | "attestation" | "declaración" | "attestazione";
        Interview = "interview" | "Befragung" | "entretien" | "entrevista" | "intervista";
        BasisRequirement = "requirement" | "Anforderung" | "exigence" | "requisito" | "requisito";
        BasisPractice = "practice" | "Praxis" | "pratique" | "práctica" | "prassi";
        BasisJudgement = "judgement" | "Ermessen" | "appréciation" | "criterio" | "giudizio";
        // Clauses and themes.
        Clauses = "clauses" | "Normkapitel" | "chapitres de la norme" | "capítulos de la norma" | "punti della norma";
        Organizational = "organizational" | "organisatorisch" | "organisationnel" | "organizativo" | "organizzativo";
        People = "people" | "personenbezogen" | "personnes" | "personas" | "persone";
        Physical = "physical" | "physisch" | "physique" | "físico" | "fisico";
        Technological = "technological" | "technologisch" | "technologique" | "tecnológico" | "tecnologico";
        // The head of a report.
        ReportTitle = "Audit report" | "Auditbericht" | "Rapport d'audit" | "Informe de auditoría" | "Rapporto di audit";
        NoOrganization = "(no organization named)" | "(keine Organisation genannt)" | "(aucun organisme nommé)" | "(sin organización indicada)" | "(nessuna organizzazione indicata)";
        AsOf = "{} as of {}" | "{} zum {}" | "{} au {}" | "{} a {}" | "{} al {}";
        WithProfile = "profile {}" | "Profil {}" | "profil {}" | "perfil {}" | "profilo {}";
        RestsOn = "rests on" | "stützt sich auf" | "repose sur" | "se basa en" | "si basa su";
        Decided = "decided" | "entschieden" | "décidé" | "decidido" | "deciso";
        Applied = "applied" | "angewendet" | "appliquées" | "aplicadas" | "applicate";
        NotApproved = "not approved" | "nicht genehmigt" | "non approuvées" | "no aprobadas" | "non approvate";
        Expired = "expired" | "abgelaufen" | "expirées" | "caducadas" | "scadute";
        Blanket = "blanket" | "pauschal" | "générales" | "genéricas" | "generiche";
        Unused = "unused" | "ungenutzt" | "inutilisées" | "sin uso" | "inutilizzate";
        Void = "void" | "unwirksam" | "sans valeur" | "sin valor" | "non valide";
        // Verdicts in sentences.
        TooManyUnevaluated = "{} of {} clauses and controls were not evaluated; the profile allows {} %" | "{} von {} Normkapiteln und Maßnahmen wurden nicht bewertet; das Profil erlaubt {} %" | "{} sur {} chapitres et mesures n'ont pas été évalués ; le profil autorise {} %" | "{} de {} capítulos y controles no se han evaluado; el perfil permite un {} %" | "{} di {} punti e controlli non sono stati valutati; il profilo consente il {} %";
        NothingAgainstCertificate = "nothing that was seen stands against a certificate" | "nichts, was gesehen wurde, spricht gegen ein Zertifikat" | "rien de ce qui a été vu ne s'oppose à un certificat" | "nada de lo visto se opone a un certificado" | "nulla di quanto visto osta a un certificato";
        NothingAgainstStage2 = "nothing that was seen stands against Stage 2" | "nichts, was gesehen wurde, spricht gegen Stufe 2" | "rien de ce qui a été vu ne s'oppose à l'étape 2" | "nada de lo visto se opone a la etapa 2" | "nulla di quanto visto osta alla fase 2";
        // Beside a finding.
        PartOfTheAbove = "part of the above" | "Teil der obigen" | "partie de la précédente" | "parte de la anterior" | "parte della precedente";
        Overruled = "overruled, was {}" | "neu eingestuft, war {}" | "reclassé, était {}" | "reclasificada, era {}" | "riclassificata, era {}";
        Open = "open" | "offen" | "ouvert" | "abierto" | "aperto";
        Why = "why" | "warum" | "motif" | "porqué" | "perché";
        Help = "help" | "Hilfe" | "aide" | "ayuda" | "aiuto";
        Ask = "ask" | "fragen" | "demander" | "preguntar" | "chiedere";
        NotDecidable = "{} not decidable" | "{} nicht entscheidbar" | "{} indécidables" | "{} no decidibles" | "{} non decidibili";
        AboutTheEvidence = "about the evidence" | "zu den Nachweisen" | "à propos des preuves" | "sobre las evidencias" | "sulle evidenze";
        AndMore = "… and {}" | "… und {}" | "… et {}" | "… y {}" | "… e {}";
        MoreOfCode = "… and {} more of {}" | "… und {} weitere {}" | "… et {} autres {}" | "… y {} más de {}" | "… e altri {} di {}";
        VerboseShows = "{} (`-v` shows them)" | "{} (`-v` zeigt sie)" | "{} (`-v` les montre)" | "{} (`-v` las muestra)" | "{} (`-v` le mostra)";
        WhyAndHelp = "why, and what to do" | "warum, und was zu tun ist" | "motif et suite à donner" | "motivo y qué hacer" | "motivo e cosa fare";
        Question = "Question" | "Rückfrage" | "Question" | "Pregunta" | "Domanda";
        // Sheets and sections.
        Summary = "Summary" | "Zusammenfassung" | "Synthèse" | "Resumen" | "Sintesi";
        Findings = "Findings" | "Feststellungen" | "Constats" | "Hallazgos" | "Rilievi";
        ControlsAndSoa = "Controls and SoA" | "Maßnahmen und SoA" | "Mesures et DdA" | "Controles y DdA" | "Controlli e SoA";
        StatementOfApplicability = "Statement of applicability" | "Erklärung zur Anwendbarkeit" | "Déclaration d'applicabilité" | "Declaración de aplicabilidad" | "Dichiarazione di applicabilità";
        CorrectiveActionPlan = "Corrective action plan" | "Korrekturmaßnahmenplan" | "Plan d'actions correctives" | "Plan de acciones correctivas" | "Piano delle azioni correttive";
        CorrectiveActions = "Corrective actions" | "Korrekturmaßnahmen" | "Actions correctives" | "Acciones correctivas" | "Azioni correttive";
        Evidence = "Evidence" | "Nachweise" | "Preuves" | "Evidencias" | "Evidenze";
        NotEvaluatedTitle = "Not evaluated" | "Nicht bewertet" | "Non évalué" | "No evaluado" | "Non valutato";
        Contents = "Contents" | "Inhalt" | "Sommaire" | "Contenido" | "Indice";
        // Titles of columns.
        Organization = "Organization" | "Organisation" | "Organisme" | "Organización" | "Organizzazione";
        Audit = "Audit" | "Audit" | "Audit" | "Auditoría" | "Audit";
        Day = "As of" | "Stichtag" | "En date du" | "A fecha de" | "Alla data del";
        Profile = "Profile" | "Profil" | "Profil" | "Perfil" | "Profilo";
        Packs = "Rules" | "Regeln" | "Règles" | "Reglas" | "Regole";
        Program = "Program" | "Programm" | "Programme" | "Programa" | "Programma";
        Verdict = "Verdict" | "Ergebnis" | "Conclusion" | "Conclusión" | "Esito";
        Reasons = "Because" | "Begründung" | "Parce que" | "Porque" | "Motivazione";
        State = "State" | "Bewertung" | "État" | "Evaluación" | "Valutazione";
        Checks = "Checks" | "Prüfungen" | "Vérifications" | "Comprobaciones" | "Verifiche";
        Share = "Share" | "Anteil" | "Part" | "Proporción" | "Quota";
        Grade = "Grade" | "Einstufung" | "Classement" | "Clasificación" | "Classificazione";
        Control = "Control" | "Maßnahme" | "Mesure" | "Control" | "Controllo";
        Requirement = "Requirement" | "Anforderung" | "Exigence" | "Requisito" | "Requisito";
        Title = "Title" | "Titel" | "Intitulé" | "Título" | "Titolo";
        Statement = "Statement" | "Sachverhalt" | "Énoncé" | "Enunciado" | "Descrizione";
        Subject = "Subject" | "Gegenstand" | "Objet" | "Objeto" | "Oggetto";
        Owner = "Owner" | "Verantwortlich" | "Responsable" | "Responsable" | "Responsabile";
        File = "File" | "Datei" | "Fichier" | "Archivo" | "File";
        Place = "Line or cell" | "Zeile oder Zelle" | "Ligne ou cellule" | "Línea o celda" | "Riga o cella";
        Objective = "Objective evidence" | "Objektiver Nachweis" | "Preuve tangible" | "Evidencia objetiva" | "Evidenza oggettiva";
        Derivation = "Derivation" | "Herleitung" | "Origine du classement" | "Razonamiento" | "Origine della classificazione";
        Basis = "Basis" | "Grundlage" | "Fondement" | "Fundamento" | "Fondamento";
        Advice = "Help" | "Was zu tun ist" | "Suite à donner" | "Qué hacer" | "Cosa fare";
        Rule = "Rule" | "Regel" | "Règle" | "Regla" | "Regola";
        Finding = "Finding" | "Feststellung" | "Constat" | "Hallazgo" | "Rilievo";
        Exception = "Exception" | "Einzelfall" | "Écart" | "Excepción" | "Eccezione";
        Exceptions = "Exceptions" | "Abweichende" | "Écarts" | "Excepciones" | "Eccezioni";
        Population = "Population" | "Grundgesamtheit" | "Population" | "Población" | "Popolazione";
        Undecidable = "Not decidable" | "Nicht entscheidbar" | "Indécidables" | "No decidibles" | "Non decidibili";
        PartOf = "Part of" | "Teil von" | "Partie de" | "Parte de" | "Parte di";
        Theme = "Theme" | "Thema" | "Thème" | "Tema" | "Tema";
        Applicable = "Applicable" | "Anwendbar" | "Applicable" | "Aplicable" | "Applicabile";
        Justification = "Justification" | "Rechtfertigung" | "Justification" | "Justificación" | "Giustificazione";
        Status = "Status" | "Status" | "Statut" | "Estado" | "Stato";
        Coverage = "Covered by" | "Abgedeckt durch" | "Couvert par" | "Cubierto por" | "Coperto da";
        DeclaredAt = "Declared at" | "Erklärt in" | "Déclaré dans" | "Declarado en" | "Dichiarato in";
        Reason = "Reason" | "Grund" | "Raison" | "Motivo" | "Motivo";
        Kind = "Kind" | "Art" | "Type" | "Tipo" | "Tipo";
        Table = "Sheet or table" | "Blatt oder Tabelle" | "Feuille ou tableau" | "Hoja o tabla" | "Foglio o tabella";
        Digest = "SHA-256" | "SHA-256" | "SHA-256" | "SHA-256" | "SHA-256";
        Bytes = "Bytes" | "Byte" | "Octets" | "Bytes" | "Byte";
        Records = "Records" | "Datensätze" | "Enregistrements" | "Registros" | "Registrazioni";
        Faults = "Faults" | "Fehlerhafte" | "Rejetés" | "Erróneos" | "Errati";
        Collected = "Collected" | "Erhoben am" | "Collecté le" | "Recogido el" | "Raccolto il";
        FreshUntil = "Fresh until" | "Aktuell bis" | "À jour jusqu'au" | "Vigente hasta" | "Valido fino al";
        // The corrective action plan.
        Raised = "Raised" | "Festgestellt am" | "Émis le" | "Emitido el" | "Emesso il";
        Correction = "Correction" | "Korrektur" | "Correction" | "Corrección" | "Correzione";
        RootCause = "Root cause" | "Ursache" | "Cause racine" | "Causa raíz" | "Causa radice";
        Method = "Method" | "Methode" | "Méthode" | "Método" | "Metodo";
        SimilarCases = "Similar cases" | "Ähnliche Fälle" | "Cas similaires" | "Casos similares" | "Casi simili";
        Consequences = "Consequences" | "Auswirkungen" | "Conséquences" | "Consecuencias" | "Conseguenze";
        CorrectiveAction = "Corrective action" | "Korrekturmaßnahme" | "Action corrective" | "Acción correctiva" | "Azione correttiva";
        Deliverable = "Deliverable" | "Ergebnisnachweis" | "Livrable" | "Entregable" | "Risultato atteso";
        Due = "Due" | "Fällig am" | "Échéance" | "Fecha límite" | "Scadenza";
        Done = "Done" | "Erledigt am" | "Réalisé le" | "Realizado el" | "Eseguito il";
        Verification = "Verification" | "Verifizierung" | "Vérification" | "Verificación" | "Verifica";
        EffectivenessCriterion = "Effectiveness criterion" | "Wirksamkeitskriterium" | "Critère d'efficacité" | "Criterio de eficacia" | "Criterio di efficacia";
        EffectivenessDue = "Effectiveness due" | "Wirksamkeit zu prüfen am" | "Efficacité à vérifier le" | "Eficacia a verificar el" | "Efficacia da verificare il";
        ClosedOn = "Closed on" | "Geschlossen am" | "Clos le" | "Cerrado el" | "Chiuso il";
        LastVerified = "Last verified" | "Zuletzt verifiziert" | "Dernière vérification" | "Última verificación" | "Ultima verifica";
        Outcome = "Result" | "Resultat" | "Résultat" | "Resultado" | "Risultato";
        StatusOpen = "open" | "offen" | "ouverte" | "abierta" | "aperta";
        StatusInProgress = "in-progress" | "in Arbeit" | "en cours" | "en curso" | "in corso";
        StatusDone = "done" | "erledigt" | "réalisée" | "realizada" | "eseguita";
        FiveWhys = "five whys" | "5-Why-Methode" | "5 pourquoi" | "5 porqués" | "5 perché";
        Fishbone = "fishbone" | "Ishikawa-Diagramm" | "diagramme d'Ishikawa" | "diagrama de Ishikawa" | "diagramma di Ishikawa";
        FaultTree = "fault tree" | "Fehlerbaumanalyse" | "arbre des causes" | "árbol de fallos" | "albero dei guasti";
        WalkThrough = "walk through the process" | "Prozessbegehung" | "revue du processus" | "recorrido del proceso" | "analisi del processo";
        MustBeDay = "Enter a day, as 2026-08-31" | "Ein Datum eingeben, etwa 2026-08-31" | "Saisir une date, p. ex. 2026-08-31" | "Introduzca una fecha, p. ej. 2026-08-31" | "Inserire una data, ad es. 2026-08-31";
        Yes = "yes" | "ja" | "oui" | "sí" | "sì";
        No = "no" | "nein" | "non" | "no" | "no";
    }
}
