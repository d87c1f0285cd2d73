#pragma once
// CLI11 and nlohmann-json are costly to read; every command needs both.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "core/precompiled.h"
