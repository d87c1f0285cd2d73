# Every dependency is a Debian package (scripts/packages). Third-party headers are SYSTEM: their warnings are not ours.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(fmt REQUIRED)
find_package(Boost 1.81 REQUIRED)

# Only the modules in use: libopencv-dev, which holds OpenCV's own CMake files, would bring all of them.
find_path(OPENCV_INCLUDE_DIR opencv2/core.hpp PATH_SUFFIXES opencv4 REQUIRED)
find_library(OPENCV_CORE_LIBRARY opencv_core REQUIRED)
find_library(OPENCV_IMGPROC_LIBRARY opencv_imgproc REQUIRED)
find_library(OPENCV_OBJDETECT_LIBRARY opencv_objdetect REQUIRED)

pkg_check_modules(AV REQUIRED IMPORTED_TARGET libavcodec libavformat libavfilter libavutil libswscale libswresample)
pkg_check_modules(AVDEVICE REQUIRED IMPORTED_TARGET libavdevice)
pkg_check_modules(PULSE REQUIRED IMPORTED_TARGET libpulse)
pkg_check_modules(XCB REQUIRED IMPORTED_TARGET xcb xcb-randr)
pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-uc icu-i18n)
pkg_check_modules(PANGO REQUIRED IMPORTED_TARGET pangocairo pangofc fontconfig cairo)
pkg_check_modules(RSVG REQUIRED IMPORTED_TARGET librsvg-2.0)
pkg_check_modules(EBUR128 REQUIRED IMPORTED_TARGET libebur128)
pkg_check_modules(PQXX REQUIRED IMPORTED_TARGET libpqxx)
pkg_check_modules(PQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(PUGIXML REQUIRED IMPORTED_TARGET pugixml)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(PIXBUF REQUIRED IMPORTED_TARGET gdk-pixbuf-2.0)
# The window's. Debian's ImGui is built with FreeType, and its file does not say so.
find_package(OpenGL REQUIRED)
pkg_check_modules(SDL2 REQUIRED IMPORTED_TARGET sdl2)
pkg_check_modules(IMGUI REQUIRED IMPORTED_TARGET imgui freetype2)

# libpulse asks for it; all are compiled alike, as one precompiled header serves all.
add_compile_definitions(_REENTRANT)

find_library(SQLITECPP_LIBRARY SQLiteCpp REQUIRED)
find_library(SQLITE_LIBRARY sqlite3 REQUIRED)
find_library(CSV_LIBRARY csv REQUIRED)

# spdlog uses the system's fmt, as Debian builds it.
add_compile_definitions(SPDLOG_FMT_EXTERNAL SPDLOG_COMPILED_LIB)
find_library(SPDLOG_LIBRARY spdlog REQUIRED)
