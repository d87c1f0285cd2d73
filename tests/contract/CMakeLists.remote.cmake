# The ledger of a candid server, over real connections of loopback: one entry of ctest, as each case starts a server.
add_executable(candid_remote_contract api_host.cpp remote_contract_test.cpp ../net/certificates.cpp)
target_link_libraries(candid_remote_contract PRIVATE
  candid_ledger_contract candid::campaign candid::track candid_test_support GTest::gmock GTest::gtest_main fmt::fmt
  OpenSSL::SSL)
target_precompile_headers(candid_remote_contract PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/precompiled.h)
candid_warnings(candid_remote_contract)
add_test(NAME contract.remote COMMAND candid_remote_contract)
set_tests_properties(contract.remote PROPERTIES TIMEOUT 600)
