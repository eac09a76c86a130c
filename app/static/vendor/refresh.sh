#!/bin/sh
# Fetches the browser libraries again, at the versions below, and writes VENDORED.md. Needs npm; run by `make vendor`.
# Only the files that pages load are kept. The icon sprite holds the icons named in icons.txt and no others.
set -eu

HTMX=2.0.11
BOOTSTRAP=5.3.9
ICONS=1.13.2
TRIX=2.1.19
CHART=4.6.1

here=$(cd "$(dirname "$0")" && pwd)
fetched=$(mktemp -d)
trap 'rm -rf "$fetched"' EXIT
cd "$fetched"
printf '{"private": true}\n' > package.json
npm install --ignore-scripts --no-audit --no-fund --loglevel=error --save-exact \
    "htmx.org@$HTMX" "bootstrap@$BOOTSTRAP" "bootstrap-icons@$ICONS" "trix@$TRIX" "chart.js@$CHART"
cp node_modules/htmx.org/dist/htmx.min.js "$here/htmx.min.js"
cp node_modules/trix/dist/trix.esm.min.js "$here/trix.min.js"
cp node_modules/trix/dist/trix.css "$here/trix.css"
# Only pages of reports load it.
sed '/^\/\/# sourceMappingURL=/d' node_modules/chart.js/dist/chart.umd.min.js > "$here/chart.umd.min.js"
cp node_modules/chart.js/LICENSE.md "$here/chart.LICENSE.txt"
# No source maps are kept, so the line that names one would only make browsers ask for a missing file.
sed '/^\/\*# sourceMappingURL=/d' node_modules/bootstrap/dist/css/bootstrap.min.css > "$here/bootstrap.min.css"

{
    printf '<svg xmlns="http://www.w3.org/2000/svg">\n'
    while read -r name; do
        printf '<symbol id="%s" viewBox="0 0 16 16">' "$name"
        tr -d '\n' < "node_modules/bootstrap-icons/icons/$name.svg" \
            | sed -e 's/^<svg[^>]*>//' -e 's/<\/svg>$//' -e 's/>  *</></g' -e 's/^  *//'
        printf '</symbol>\n'
    done < "$here/icons.txt"
    printf '</svg>\n'
} > "$here/icons.svg"

row() {
    digest=$( (sha256sum "$here/$4" 2>/dev/null || shasum -a 256 "$here/$4") | cut -d' ' -f1)
    printf '| %s | %s | %s | `%s` | `%s` |\n' "$1" "$2" "$3" "$4" "$digest"
}
{
    printf '# Vendored browser libraries\n\n'
    printf 'Fetched by `refresh.sh` (`make vendor`) with the npm client; pages load these files and nothing from elsewhere.\n\n'
    printf '| package | version | licence | file | sha256 |\n|---|---|---|---|---|\n'
    row htmx.org "$HTMX" 0BSD htmx.min.js
    row bootstrap "$BOOTSTRAP" MIT bootstrap.min.css
    row bootstrap-icons "$ICONS" MIT icons.svg
    row trix "$TRIX" MIT trix.min.js
    row trix "$TRIX" MIT trix.css
    row chart.js "$CHART" MIT chart.umd.min.js
} > "$here/VENDORED.md"
