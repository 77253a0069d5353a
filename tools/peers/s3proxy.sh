#!/usr/bin/env bash
# Fetches S3Proxy (Apache License 2.0, an S3 server that checks signatures) from Maven Central into
# build/peers/s3proxy, and holds every file to tools/peers/s3proxy.sha256. Does nothing when it is there.
#   PIN=1 tools/peers/s3proxy.sh    writes the checksums anew, after the pom has changed
set -euo pipefail
cd "$(dirname "$0")/../.."
pom=tools/peers/s3proxy.pom.xml
pins=tools/peers/s3proxy.sha256
to=build/peers/s3proxy
stamp=$to/installed
[[ -z ${PIN:-} ]] && cmp -s "$pins" "$stamp" && exit 0

mkdir -p build/peers
echo "peers: fetching S3Proxy into $to"
rm -rf "$to" "$to.new"
mvn --batch-mode --quiet --file "$pom" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
  -DincludeScope=runtime -DoutputDirectory="$PWD/$to.new" > build/peers/s3proxy.log 2>&1 || {
  tail -n 20 build/peers/s3proxy.log >&2
  echo "peers: failed, see build/peers/s3proxy.log" >&2
  exit 1
}
if [[ -n ${PIN:-} ]]; then
  (cd "$to.new" && LC_ALL=C sha256sum -- *.jar) > "$pins"
fi
(cd "$to.new" && sha256sum --check --quiet --strict) < "$pins"
[[ $(find "$to.new" -name '*.jar' | wc -l) -eq $(wc -l < "$pins") ]] || { echo "peers: S3Proxy: a file without a checksum" >&2; exit 1; }
mv "$to.new" "$to"
cp "$pins" "$stamp"
