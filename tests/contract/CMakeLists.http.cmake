# The stores over HTTP, on nginx, the tus project's server, and our own.
candid_server_contract(dav dav_contract_test.cpp http_fixture.cpp)
candid_server_contract(tus tus_contract_test.cpp http_fixture.cpp)
candid_server_contract(candid candid_contract_test.cpp http_fixture.cpp)
target_compile_definitions(candid_candid_contract PRIVATE CANDID_PROGRAM="$<TARGET_FILE:candid>")
add_dependencies(candid_candid_contract candid)
