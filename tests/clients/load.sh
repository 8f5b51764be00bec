#!/bin/sh
# Loads the outputs in a folder with the official client of each format: `load.sh DIR`.
#
# What is not installed is skipped, and said. All of them:
#   pip install check-jsonschema compliance-trestle sarif-tools junitparser openpyxl
#   npm install @microsoft/sarif-multitool     (SARIF_MULTITOOL names its binary)
#   apt-get install libxml2-utils libreoffice-calc chromium poppler-utils
# PREAUDIT_SCHEMAS names a folder with the official schemas: sarif/, oscal-1.2.1/, oscal-1.1.3/, ocsf/, junit/.
set -eu
folder=$1
schemas=${PREAUDIT_SCHEMAS:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

has() {
    command -v "$1" >/dev/null 2>&1 || { echo "skipped: $1 is not installed"; return 1; }
}

# Runs a client quietly, and shows what it says when it refuses.
takes() {
    name=$1
    shift
    if "$@" >"$work/said" 2>&1; then echo "ok: $name"; else
        cat "$work/said"
        echo "refused: $name"
        exit 1
    fi
}

schema() {
    if [ -n "$schemas" ] && [ -e "$schemas/$1" ]; then return 0; fi
    echo "skipped: no schema $1"
    return 1
}

if has check-jsonschema; then
    if schema sarif/sarif-schema-2.1.0.json; then
        takes "SARIF schema" check-jsonschema --schemafile "$schemas/sarif/sarif-schema-2.1.0.json" "$folder/report.sarif"
    fi
    for version in 1.2.1 1.1.3; do
        for pair in results:assessment-results plan:assessment-plan poam:poam catalog:catalog profile:profile; do
            name=oscal-$version/oscal_${pair#*:}_schema.json
            if schema "$name"; then
                takes "OSCAL $version ${pair%:*}" check-jsonschema --schemafile "$schemas/$name" "$folder/oscal-${pair%:*}.json"
            fi
        done
    done
    ocsf=ocsf/ocsf-1.8.0-compliance_finding.schema.json
    if schema $ocsf; then
        mkdir "$work/events"
        split -l 1 -a 4 "$folder/ocsf.ndjson" "$work/events/e"
        find "$work/events" -type f | sort >"$work/list"
        # shellcheck disable=SC2046
        takes "OCSF schema, every event" check-jsonschema --schemafile "$schemas/$ocsf" $(cat "$work/list")
    fi
fi
if [ -x "${SARIF_MULTITOOL:-}" ]; then
    # It ends with 0 whatever it finds: what it wrote must be read.
    "$SARIF_MULTITOOL" validate "$folder/report.sarif" --rule-kind "Sarif;Gh" -o "$work/validated" --log ForceOverwrite >/dev/null
    takes "SARIF Multitool, GitHub's rules" sh -c "! grep -q '\"level\": *\"error\"' '$work/validated'"
else
    echo "skipped: SARIF_MULTITOOL names no binary"
fi
if has sarif; then takes "sarif-tools" sarif summary "$folder/report.sarif"; fi
if has trestle; then
    mkdir "$work/trestle"
    (cd "$work/trestle" && trestle init >/dev/null 2>&1)
    for document in results plan poam catalog profile; do
        takes "trestle import $document" sh -c "cd '$work/trestle' && trestle import -f '$folder/oscal-$document.json' -o $document"
    done
    if [ -e "$folder/report.seal.json" ]; then
        takes "trestle verify" sh -c "cd '$work/trestle' && trestle verify --beta -f '$folder/report.json' --signature '$folder/report.seal.json' --public-key '$folder/public.pem'"
    fi
    takes "trestle validate" sh -c "cd '$work/trestle' && trestle validate -a"
fi
if has junitparser; then
    # It ends with 1 where a case failed.
    takes "junitparser" sh -c "junitparser verify '$folder/junit.xml' || [ \$? -eq 1 ]"
fi
if has xmllint && schema junit/jenkins-junit-10.xsd; then
    takes "JUnit schema" xmllint --noout --schema "$schemas/junit/jenkins-junit-10.xsd" "$folder/junit.xml"
fi
