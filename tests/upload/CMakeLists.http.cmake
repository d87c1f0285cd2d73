# The stores over HTTP, against servers that live in the test.
candid_test(http_stores candid_store_test.cpp dav_store_test.cpp fake_candid.cpp fake_dav.cpp fake_tus.cpp fake_web.cpp
  http_login_test.cpp http_session_test.cpp tus_store_test.cpp USES upload net core)
