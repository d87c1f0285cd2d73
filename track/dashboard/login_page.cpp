// The form to sign in.

#include "track/dashboard/page_frame.h"

namespace candid::track {

Result<std::string> render_login(const PageFrame& frame, const LoginPage& page) {
  PageValues values;
  values.texts["form_token"] = page.form_token;
  values.texts["to"] = page.to;
  values.flags["wrong"] = page.notice == LoginNotice::Wrong;
  values.flags["too_old"] = page.notice == LoginNotice::TooOld;
  values.flags["insecure"] = page.notice == LoginNotice::Insecure;
  values.flags["has_notice"] = page.notice != LoginNotice::None;
  values.flags["is_secure"] = page.notice != LoginNotice::Insecure;
  return framed(frame, "dashboard_login.html", "Sign in", std::move(values));
}

}  // namespace candid::track
