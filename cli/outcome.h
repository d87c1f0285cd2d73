#pragma once
// How a command ended. Only main.cpp turns it into an exit code.

#include "core/error.h"

namespace candid::cli {

enum class Outcome {
  Done,
  Failed,
  WrongInput,      // wrong use, or invalid input found before any work
  SomeRowsFailed,  // done, but for rows that are listed
};

Outcome outcome_of(const Error& error);

}  // namespace candid::cli
