# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Completion of detente's commands, options and names for bash. Names of the library come from `detente list`.

_detente_names() { # KIND: the names of the library, without their descriptions
    detente list "$1" 2>/dev/null | sed -n 's/^\([^ ][^ ]*\).*/\1/p'
}

_detente_paths() { # what `detente params` takes: paths without lists, and what they begin with
    detente params --format json 2>/dev/null | sed -n 's/.*"path": "\([^"[]*\)".*/\1/p' | sed 'h;s/\..*//p;g' | sort -u
}

_detente_words() { # WORDS: those that begin like the current one
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current")
}

_detente_files() { # ENDING...: folders, and files that end so
    local ending
    mapfile -t COMPREPLY < <(compgen -d -- "$current"
        for ending; do compgen -f -X "!*.$ending" -- "$current"; done)
    compopt -o filenames 2>/dev/null
}

_detente_value() { # OPTION: its values; fails for an option that has none
    case $command$1 in
    params-f | params--format) _detente_words "table markdown json json-schema" ;;
    compare--format | test--format) _detente_words "table csv json markdown" ;;
    sensitivity-f | sensitivity--format) _detente_words "table csv json markdown" ;;
    sensitivity-m | sensitivity--metric) _detente_words "$(_detente_names metrics)" ;;
    sensitivity-S | sensitivity--strategy) COMPREPLY=() ;;
    select--format) _detente_words "table csv json markdown" ;;
    export--format) _detente_words "csv" ;;
    *--format) _detente_words "text csv json" ;;
    run--keep) _detente_words "none encounters turns" ;;
    run--progress | select--progress) _detente_words "auto always never" ;;
    export--table) _detente_words "summary replications encounters turns" ;;
    trace-S | trace--strategy)
        _detente_words "$(_detente_names strategies)"
        [ ${#COMPREPLY[@]} -gt 0 ] || _detente_files yaml ;;
    compare-m | compare--metric | compare--pareto) _detente_words "$(_detente_names metrics)" ;;
    compare--baseline) _detente_words "$(_detente_names strategies)" ;;
    compare--by) COMPREPLY=() ;;
    trace--phrases | replay--phrases) _detente_files yaml ;;
    select-m | select--metric) _detente_words "$(_detente_names metrics)" ;;
    select--procedure) _detente_words "kn ocba" ;;
    select--among) _detente_words "strategies cells" ;;
    select-o | select--output | run-o | run--output | merge-o | merge--output) _detente_files h5 ;;
    plot-o | plot--output) _detente_files "*" ;;
    plot-m | plot--metric) _detente_words "$(_detente_names metrics)" ;;
    plot--figure) _detente_words "effects curves map pareto sensitivity endings trajectories" ;;
    plot-S | plot--strategy | plot--by | plot--size) COMPREPLY=() ;;
    report-o | report--output) _detente_files html ;;
    report--baseline) _detente_words "$(_detente_names strategies)" ;;
    verify-c | verify--config) _detente_words "L1 L2 L3 L4 L5 L6 L8 L9" ;;
    *-s | *--set | *--shard | *-t | *--threads | *-e | *--encounter | *-r | *--replication | *--cell | *--seed | select-d | *--delta | *--budget | *--first | *--where) COMPREPLY=() ;;
    *) return 1 ;;
    esac
}

_detente() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]:-}
    COMPREPLY=()
    if [ "$COMP_CWORD" = 1 ]; then
        _detente_words "new list run merge trace replay params check compare test sensitivity select report plot export verify --version --help"
        return
    fi
    # Bash parts words at "=": --format=csv comes as three.
    if [ "$before" = = ]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    elif [ "$current" = = ]; then
        current=
    fi
    if [[ $before = -* ]] && _detente_value "$before"; then
        return
    fi
    local options="--help --usage"
    case $command in
    new) [ "$COMP_CWORD" != 2 ] || options="scenario playbook persona sweep experiment $options" ;;
    list) options="strategies personas scenarios moves metrics observables $options" ;;
    run) options="-o --output --force --resume --extend --shard --keep -s --set -t --threads --progress --dry-run $options" ;;
    merge) options="-o --output --partial --force $options" ;;
    trace) options="-e --encounter -r --replication -S --strategy -s --set --format --phrases $options" ;;
    replay) options="--cell -e --encounter -r --replication --format --phrases $options" ;;
    params) options="-f --format $(_detente_paths) $options" ;;
    check) options="-s --set $options" ;;
    compare) options="-m --metric --baseline --by --pareto --confidence --format $options" ;;
    test) options="--format $options" ;;
    select) options="-m --metric --max --min -d --delta --confidence --procedure --budget --first --among --where -o --output --force -s --set --format -t --threads --progress $options" ;;
    plot) options="-o --output -m --metric --figure -S --strategy --by --size --confidence --force $options" ;;
    report) options="-o --output --baseline --force $options" ;;
    export) options="--table --traits --format $options" ;;
    sensitivity) options="-m --metric -S --strategy --confidence -f --format $options" ;;
    verify) options="-s --seed -c --config $options" ;;
    *) return ;;
    esac
    case $command/$current in
    */-* | new/* | list/* | params/* | verify/*) _detente_words "$options" ;;
    compare/* | replay/* | test/* | report/* | plot/* | export/* | merge/* | sensitivity/*) _detente_files h5 ;;
    *)
        if [ "$command" = select ]; then _detente_files yaml h5; else _detente_files yaml; fi
        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W "$(_detente_names scenarios)" -- "$current") ;;
    esac
}
complete -F _detente detente
