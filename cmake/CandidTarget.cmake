# candid_library(NAME sources… USES floors… PRIVATE_LIBS third-party…): one folder, one target, candid::NAME.
# USES are the folders below it; third-party libraries stay private, as their headers stay out of public headers.
function(candid_warnings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Wunused -Werror)
  if(CMAKE_UNITY_BUILD)
    # Several files that are one to the compiler may well keep to themselves what their types are made of.
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-subobject-linkage>)
  endif()
  if(CANDID_SANITIZE)
    # GCC mistakes the sanitizers' own checks for uses of what is not initialized (its manual, -fsanitize).
    target_compile_options(${target} PRIVATE -fsanitize=${CANDID_SANITIZE} -fno-omit-frame-pointer -Wno-maybe-uninitialized)
    target_link_options(${target} PUBLIC -fsanitize=${CANDID_SANITIZE})
  endif()
endfunction()

function(candid_library name)
  cmake_parse_arguments(ARG "" "" "USES;PRIVATE_LIBS" ${ARGN})
  add_library(candid_${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  add_library(candid::${name} ALIAS candid_${name})
  target_include_directories(candid_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  foreach(floor ${ARG_USES})
    target_link_libraries(candid_${name} PUBLIC candid::${floor})
  endforeach()
  target_link_libraries(candid_${name} PRIVATE ${ARG_PRIVATE_LIBS})
  if(name STREQUAL core)
    target_precompile_headers(candid_core PRIVATE ${PROJECT_SOURCE_DIR}/core/precompiled.h)
  else()
    target_precompile_headers(candid_${name} REUSE_FROM candid_core)
  endif()
  candid_warnings(candid_${name})
endfunction()
