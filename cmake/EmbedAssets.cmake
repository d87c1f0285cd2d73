# candid_embed(TARGET NAMESPACE_FUNCTION FOLDER): every file below assets/FOLDER goes into the program, found by its path.
# The assembler's .incbin keeps the build quick and the bytes exact.
function(candid_embed target function folder)
  set(root ${PROJECT_SOURCE_DIR}/assets/${folder})
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${root} ${root}/*)
  set(assembly "  .section .rodata\n")
  set(declarations "")
  set(entries "")
  set(index 0)
  foreach(file ${files})
    set(symbol candid_asset_${function}_${index})
    string(APPEND assembly
      "  .global ${symbol}\n  .global ${symbol}_end\n${symbol}:\n  .incbin \"${root}/${file}\"\n${symbol}_end:\n  .byte 0\n")
    string(APPEND declarations "extern \"C\" const char ${symbol}[];\nextern \"C\" const char ${symbol}_end[];\n")
    string(APPEND entries "      {\"${file}\", std::string_view(${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol}))},\n")
    math(EXPR index "${index} + 1")
    set_property(SOURCE ${CMAKE_CURRENT_BINARY_DIR}/${function}.S APPEND PROPERTY OBJECT_DEPENDS ${root}/${file})
  endforeach()
  string(APPEND assembly "  .section .note.GNU-stack,\"\",%progbits\n")
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${function}.S CONTENT "${assembly}" @ONLY)
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${function}.cpp CONTENT
"// Made by cmake/EmbedAssets.cmake from assets/${folder}.
#include <map>
#include <string_view>
${declarations}
namespace candid {
const std::map<std::string_view, std::string_view>& ${function}() {
  static const std::map<std::string_view, std::string_view> files = {
${entries}  };
  return files;
}
}  // namespace candid
" @ONLY)
  target_sources(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/${function}.S ${CMAKE_CURRENT_BINARY_DIR}/${function}.cpp)
  set_source_files_properties(${CMAKE_CURRENT_BINARY_DIR}/${function}.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()
