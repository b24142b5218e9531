# Judges the merged lines of text_lines.sh: "@capture TAB options", then lines behind " " (equal), "-" (tcpdump's), "+" (ours).

function masked(line) {
    gsub(/([0-9a-f][0-9a-f]:){5,}[0-9a-f][0-9a-f]/, "M", line)
    gsub(/[0-9a-f]*:[0-9a-f:]*:[0-9a-f:.]*/, "A", line)
    gsub(/0x[0-9a-f]+/, "H", line)
    gsub(/[0-9]+(\.[0-9]+)*/, "N", line)
    return line
}

# Dumps and what stands in for payload are one shape each; so are the time columns, apart from what they head.
function shape_of(line) {
    if (line ~ /^\t *0x[0-9a-f]+:/)
        return line ~ /0x[0-9a-f]+:.{41}  / ? "dump with text" : "dump"
    return masked(line)
}

# The four option sets whose shapes are counted; the others are held to equality alone.
function counted(options) {
    return options == "-n" || options == "-nv" || options == "-ne" || options == "-nvv -e"
}

function find_entry(capture, options, line,    i) {
    for (i = 1; i <= entries; i++)
        if (capture ~ ("^(" captures[i] ")$") && line ~ patterns[i])
            return i
    return 0
}

# Ends a capture with its options: which of tcpdump's shapes have none on our side.
function settle(    shape) {
    for (shape in theirs)
        if (!(shape in ours))
            unequal[shape] = unequal[shape] " " capture
    delete theirs
    delete ours
}

BEGIN {
    show = ENVIRON["PKT_SHOW_ALL"] != "" ? 1e9 : 40
    FS = "\t"
    while ((getline row < table) > 0) {
        if (row ~ /^#/ || row == "")
            continue
        if (split(row, column, "\t+") < 4) {
            print "not four columns: " row
            failed++
        }
        entries++
        class[entries] = column[1]
        captures[entries] = column[2]
        patterns[entries] = column[3]
        used[entries] = 0
    }
    if (entries == 0) {
        print "no table of divergences"
        failed++
    }
}

# Notes a shape of a line of one side.
function note(side, shape) {
    if (side != "+")
        shapes[shape] = 1
    if (side == "-")
        theirs[shape] = 1
    if (side == "+")
        ours[shape] = 1
}

# The time column's length; 0 for a line that has none.
function time_len(line) {
    return match(line, /^([0-9][0-9]:[0-9][0-9]:[0-9][0-9]\.[0-9]+|\[Error converting time\]) /) ? RLENGTH : 0
}

/^@/ {
    settle()
    capture = substr($1, 2)
    options = $2
    files[capture] = 1
    next
}

{
    side = substr($0, 1, 1)
    line = substr($0, 2)
    lines++
    entry = side == " " ? 0 : find_entry(capture, options, $0)
    if (entry)
        used[entry]++
    else if (side != " ") {
        failed++
        if (failed <= show)
            print capture " " options ": " $0
    }
    if (counted(options) && !(entry && class[entry] == "scope")) {
        time = time_len(line)
        if (time)
            note(side, masked(substr(line, 1, time)))
        note(side, shape_of(substr(line, time + 1)))
    }
}

END {
    settle()
    for (i = 1; i <= entries; i++)
        if (!used[i]) {
            print "stale: " captures[i] " " patterns[i]
            failed++
        }
    for (shape in shapes)
        total++
    for (shape in unequal)
        differ++
    for (capture in files)
        count++
    percent = total ? 100 * (total - differ) / total : 0
    printf "%d captures, %d lines compared\n", count, lines
    printf "%d shapes, %d equal, %.1f %%\n", total, total - differ, percent
    if (ENVIRON["PKT_SHOW_SHAPES"] != "")
        for (shape in unequal)
            print "differs:" unequal[shape] ": " shape
    if (total < 150 || percent < 99) {
        print "too few shapes, or too few of them equal"
        failed++
    }
    if (failed > show)
        print failed " failures in all"
    exit failed ? 1 : 0
}
