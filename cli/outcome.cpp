#include "cli/outcome.h"

namespace candid::cli {

Outcome outcome_of(const Error& error) {
  return error.kind() == ErrorKind::InvalidInput ? Outcome::WrongInput : Outcome::Failed;
}

}  // namespace candid::cli
