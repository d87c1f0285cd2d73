# shellcheck shell=bash disable=SC2034  # used by those that source it
# The pictures that both FFmpeg ways lay over the body, as filter strings. To be sourced.
#
#   BODY LOGO               the recording and the logo (scaled already)
#   LENGTH CAPTION CARD     seconds: of the body; of the caption, from the start; of the end card, before the end
#   HEIGHT                  of the frame, px; places are told for 1080 and scaled
#   PRESET CRF KEYINT       x264's; KEYINT in frames
: "${BODY:?}" "${LOGO:?}" "${LENGTH:?}" "${CAPTION:?}" "${CARD:?}" "${HEIGHT:?}" "${PRESET:?}" "${CRF:?}" "${KEYINT:?}"

FONT=$(fc-match -f '%{file}' 'DejaVu Sans:bold')
card_start=$((LENGTH - CARD))
x264=(-c:v libx264 -preset "$PRESET" -crf "$CRF" -g "$KEYINT")

px() { echo $(($1 * HEIGHT / 1080)); }

# Words travel in files: a name may hold what a filter string cannot.
write_words() {  # FOLDER NAME ROLE
  mkdir -p "$1"
  printf %s "$2" > "$1/name"
  printf %s "$3" > "$1/role"
  printf 'Apply now, %s!' "$2" > "$1/card"
}

words() {  # FILE SIZE COLOUR-AND-PLACE…
  echo "drawtext=fontfile=$FONT:expansion=none:textfile=$1:fontsize=$(px "$2"):fontcolor=white:$3"
}

logo() { echo "overlay=W-w-$(px 40):$(px 40)"; }

caption() {  # FOLDER [:enable=…]
  local fade="if(lt(t,0.5),t/0.5,if(gt(t,$CAPTION-0.5),($CAPTION-t)/0.5,1))"
  echo -n "drawbox=x=$(px 80):y=$(px 820):w=$(px 1000):h=$(px 170):color=black@0.55:t=fill${2-},"
  echo -n "$(words "$1/name" 56 "x=$(px 110):y=$(px 840):alpha='$fade'")${2-},"
  echo "$(words "$1/role" 40 "x=$(px 110):y=$(px 915):alpha='$fade'")${2-}"
}

end_card() {  # FOLDER [:enable=…]
  echo -n "drawbox=x=$(px 360):y=$(px 340):w=$(px 1200):h=$(px 400):color=0x203060@0.85:t=fill${2-},"
  echo "$(words "$1/card" 60 "x=(w-tw)/2:y=$(px 500)")${2-}"
}
