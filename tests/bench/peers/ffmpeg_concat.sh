#!/usr/bin/env bash
# The best way we know with ffmpeg alone: the middle is encoded once, head and tail a row, and FFmpeg's concat demuxer
# joins them without encoding again.
#
# usage: ffmpeg_concat.sh shared FOLDER             the middle and the sound
#        ffmpeg_concat.sh rows FOLDER ROSTER JOBS   FOLDER/rowN.mp4 for each "name,role" line, JOBS at a time
# The rest comes from the environment: overlays.sh.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=overlays.sh
source "$(dirname "${BASH_SOURCE[0]}")/overlays.sh"

# stitchable: x264 leaves out of the parameter sets what would differ between the pieces.
joinable=("${x264[@]}" -x264-params stitchable=1:open-gop=0 -video_track_timescale 15360)
quiet=(ffmpeg -nostdin -v error -y)

shared() {
  local folder=$1
  mkdir -p "$folder"
  "${quiet[@]}" -ss "$CAPTION" -t $((card_start - CAPTION)) -i "$BODY" -i "$LOGO" \
    -filter_complex "[0:v][1:v]$(logo),format=yuv420p[v]" -map "[v]" "${joinable[@]}" "$folder/middle.mp4"
  "${quiet[@]}" -i "$BODY" -vn -c:a aac -b:a 128k "$folder/sound.m4a"
}

row() {
  local folder=$1 number=$2 own=$1/row$2
  write_words "$own" "$3" "$4"
  local picture
  picture="[2:v]split[logo1][logo2];[0:v][logo1]$(logo),$(caption "$own"),format=yuv420p[head]"
  picture+=";[1:v][logo2]$(logo),$(end_card "$own"),format=yuv420p[tail]"
  # One thread each: rows run side by side.
  "${quiet[@]}" -threads 1 -t "$CAPTION" -i "$BODY" -threads 1 -ss "$card_start" -t "$CARD" -i "$BODY" -i "$LOGO" \
    -filter_complex "$picture" -map "[head]" "${joinable[@]}" -threads 1 "$own/head.mp4" \
    -map "[tail]" "${joinable[@]}" -threads 1 "$own/tail.mp4"
  printf 'file head.mp4\nfile ../middle.mp4\nfile tail.mp4\n' > "$own/list"
  "${quiet[@]}" -f concat -safe 0 -i "$own/list" -i "$folder/sound.m4a" -map 0:v -map 1:a -c copy \
    -movflags +faststart "$folder/row$number.mp4"
}

rows() {
  local folder=$1 roster=$2 jobs=$3 number=0 name role
  local running=()
  while IFS=, read -r name role; do
    number=$((number + 1))
    row "$folder" "$number" "$name" "$role" &
    running+=($!)
    if ((${#running[@]} == jobs)); then
      wait "${running[0]}"
      running=("${running[@]:1}")
    fi
  done < "$roster"
  for job in "${running[@]}"; do wait "$job"; done
}

"$@"
