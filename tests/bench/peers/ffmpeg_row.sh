#!/usr/bin/env bash
# The plain way: one ffmpeg command a row.
#
# usage: ffmpeg_row.sh NAME ROLE OUT     OUT is an MP4, or "-" for the picture before encoding, as y4m on stdout
# The rest comes from the environment: overlays.sh.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=overlays.sh
source "$(dirname "${BASH_SOURCE[0]}")/overlays.sh"

name=$1 role=$2 out=$3
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
write_words "$folder" "$name" "$role"

picture="[0:v][1:v]$(logo),$(caption "$folder" ":enable='lt(t,$CAPTION)'")"
picture+=",$(end_card "$folder" ":enable='gte(t,$card_start)'"),format=yuv420p[v]"
input=(ffmpeg -nostdin -v error -y -i "$BODY" -i "$LOGO" -filter_complex "$picture" -map "[v]")
if [ "$out" = - ]; then
  "${input[@]}" -f yuv4mpegpipe -
else
  "${input[@]}" -map 0:a "${x264[@]}" -c:a aac -b:a 128k -movflags +faststart "$out"
fi
