#pragma once
// Programs by their process. Internal to capture.

#include <string>

#include <sys/types.h>

namespace candid::capture {

// "zoom (4711)", for a process or one of its threads; "process 4711" where its name cannot be read.
std::string program_of(pid_t pid);

}  // namespace candid::capture
