# For plain `docker compose up`: refuses by name what `inv` refuses of a .env, before anything
# starts. Compose alone would fill in a `$`, cut at a ` #`, and take any password.
# awk -f check.awk rules .env; the rules are made from the schema by `inv generate`.
BEGIN { FS = "\t" }

FNR == NR {
    if ($1 == "words of examples") { words = split($2, word, ","); next }
    if ($1 == "of services alone") { elsewhere = "," $2 ","; next }
    order[++count] = $1; pattern[$1] = $2; longest[$1] = $3; least[$1] = $4; most[$1] = $5
    in_production[$1] = $6; required[$1] = $7; kind[$1] = $8; reserved[$1] = $9; standard[$1] = $10
    expected[$1] = $11
    next
}

{
    line = $0
    sub(/\r$/, "", line)
    sub(/^[ \t]*(export[ \t]+)?/, "", line)
    if (line ~ /^(#|$)/) next
    name = line
    sub(/[ \t]*=.*/, "", name)
    if (!index(line, "=") || name !~ /^[^= \t]+$/) {
        report(", line " FNR, "expected NAME=value, a comment or an empty line")
        next
    }
    if (name in value) problem(name, "is set twice")
    number[name] = FNR
    if (index(elsewhere, "," name ",")) problem(name, "has no effect here: it belongs in a service's file")
    line = substr(line, index(line, "=") + 1)
    sub(/^[ \t]+/, "", line)
    quote = substr(line, 1, 1)
    if (quote == "'" || quote == "\"") {
        line = substr(line, 2)
        end = index(line, quote)
        if (!end) problem(name, "its quote is not closed in its line")
        cut[name] = substr(line, end + 1) ~ /#/
        line = substr(line, 1, end - 1)
    } else {
        cut[name] = line ~ /[ \t]#/
        sub(/[ \t]+#.*/, "", line)
        sub(/[ \t]+$/, "", line)
    }
    if (line ~ /[[:cntrl:]]/) problem(name, "holds a character that cannot be printed")
    value[name] = line
}

END {
    production = ENVIRON["HDMS_ENVIRONMENT"] == "production" || value["HDMS_ENVIRONMENT"] == "production"
    for (i = 1; i <= count; i++) judge(order[i], value[order[i]])
    same_account()
    exit problems > 0
}

function judge(name, v,    i) {
    if (kind[name] == "port") take(name, effective(name))
    if (v == "") {
        if (required[name] == "always" || (production && required[name] == "production"))
            problem(name, "is missing")
    } else if (kind[name] ~ /secret|key/ && cut[name])
        problem(name, "a comment begins in its line, which may have been part of it")
    else if (longest[name] && length(v) > longest[name] + 0)
        problem(name, "expected up to " longest[name] " characters, found " length(v))
    else if (v !~ "^(" pattern[name] ")$" || (reserved[name] && v ~ "^(" reserved[name] ")$") \
        || (most[name] != "" && (v + 0 < least[name] + 0 || v + 0 > most[name] + 0)))
        problem(name, "expected " expected[name])
    else if (production && length(v) < in_production[name] + 0)
        problem(name, "production requires at least " in_production[name] " characters")
    else if (production && kind[name] == "key")
        for (i = 1; i <= words; i++)
            if (index(tolower(v), word[i])) { problem(name, "is an example: production refuses it"); return }
}

function effective(name) { return value[name] == "" ? standard[name] : value[name] }

function take(name, port) {
    if (port in holder) problem(name, holder[port] " has port " port " already")
    else holder[port] = name
}

# PgBouncer has one password for an account, its own or PostgreSQL's.
function same_account() {
    if (effective("PGBOUNCER_USER") == effective("POSTGRES_USER") && value["PGBOUNCER_PASSWORD"] != "" \
        && value["PGBOUNCER_PASSWORD"] != value["POSTGRES_PASSWORD"])
        problem("PGBOUNCER_PASSWORD", "differs from POSTGRES_PASSWORD though both belong to " \
            effective("POSTGRES_USER") ": leave it empty, or give PGBOUNCER_USER another name")
}

function problem(name, what) { report(name in number ? ", line " number[name] : "", name ": " what) }

function report(place, what) {
    problems++
    print ".env" place ": " what
}
