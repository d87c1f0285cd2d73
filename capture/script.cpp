#include "capture/script.h"

namespace candid::capture {

Script default_script() {
  return {
      "Hello, and thank you for the time you spent with us.",
      "I wanted to tell you myself where things stand.",
      "The team enjoyed your interview, and we are still meeting a few people this week.",
      "You will hear from me by Friday, whatever we decide.",
      "If there is anything you want to ask, just answer this message.",
      "Take care, and speak soon.",
  };
}

}  // namespace candid::capture
