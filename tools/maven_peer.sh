#!/usr/bin/env bash
# Fetches a peer from Maven Central, with all it needs, into build/peers/NAME, and holds every file to
# tools/peers/NAME.sha256. Does nothing when it is there.   tools/maven_peer.sh NAME   (of tools/peers/NAME.pom.xml)
#   PIN=1 tools/peers/NAME.sh    writes the checksums anew, after the pom has changed
set -euo pipefail
cd "$(dirname "$0")/.."
name=$1
pom=tools/peers/$name.pom.xml
pins=tools/peers/$name.sha256
to=build/peers/$name
stamp=$to/installed
[[ -z ${PIN:-} ]] && cmp -s "$pins" "$stamp" && exit 0

mkdir -p build/peers
echo "peers: fetching $name into $to"
rm -rf "$to" "$to.new"
tools/retry.sh mvn --batch-mode --quiet --file "$pom" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
  -DincludeScope=runtime -DoutputDirectory="$PWD/$to.new" > "build/peers/$name.log" 2>&1 || {
  tail -n 20 "build/peers/$name.log" >&2
  echo "peers: failed, see build/peers/$name.log" >&2
  exit 1
}
if [[ -n ${PIN:-} ]]; then
  (cd "$to.new" && LC_ALL=C sha256sum -- *) > "$pins"
fi
(cd "$to.new" && sha256sum --check --quiet --strict) < "$pins"
[[ $(find "$to.new" -type f | wc -l) -eq $(wc -l < "$pins") ]] || { echo "peers: $name: a file without a checksum" >&2; exit 1; }
mv "$to.new" "$to"
cp "$pins" "$stamp"
