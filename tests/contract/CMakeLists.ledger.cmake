# The suite that every ledger passes. SQLite's cases are entries of ctest, as no server has to be started for them.
add_library(candid_ledger_contract OBJECT ledger_contract.cpp ledger_events_contract.cpp ledger_links_contract.cpp)
target_link_libraries(candid_ledger_contract PUBLIC
  candid::track candid::core candid_test_support GTest::gmock GTest::gtest fmt::fmt)
candid_warnings(candid_ledger_contract)

candid_test(sqlite_contract sqlite_contract_test.cpp USES track core PRIVATE_LIBS candid_ledger_contract)

add_executable(candid_postgres_contract
  postgres_contract_test.cpp postgres_fixture.cpp postgres_faults_test.cpp tcp_relay.cpp)
target_link_libraries(candid_postgres_contract PRIVATE
  candid_ledger_contract candid::track candid::core candid_test_support PkgConfig::PQXX fmt::fmt GTest::gmock
  GTest::gtest_main)
target_compile_definitions(candid_postgres_contract PRIVATE CANDID_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
candid_warnings(candid_postgres_contract)
add_test(NAME contract.postgres COMMAND candid_postgres_contract)
set_tests_properties(contract.postgres PROPERTIES TIMEOUT 600)
