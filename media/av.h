#pragma once
// libav* in C++ clothes: owners for its handles and its codes as Errors. The one header of ours that shows a third
// party; for .cpp files of media, encode and capture only (tests/layers watches).

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/frame.h>
}

#include <memory>
#include <string_view>

#include "core/error.h"

namespace candid::media {

// One deleter for every handle that has its own free function of shape `free(T**)`.
template <auto Free>
struct FreeByAddress {
  template <typename T>
  void operator()(T* handle) const {
    Free(&handle);
  }
};

// Input contexts are closed, output contexts freed: the same type, two owners.
using InputFormatPtr = std::unique_ptr<AVFormatContext, FreeByAddress<avformat_close_input>>;
struct FreeOutputFormat {
  void operator()(AVFormatContext* context) const {
    if (context->pb != nullptr) avio_closep(&context->pb);
    avformat_free_context(context);
  }
};
using OutputFormatPtr = std::unique_ptr<AVFormatContext, FreeOutputFormat>;
using CodecContextPtr = std::unique_ptr<AVCodecContext, FreeByAddress<avcodec_free_context>>;
using FramePtr = std::unique_ptr<AVFrame, FreeByAddress<av_frame_free>>;
using PacketPtr = std::unique_ptr<AVPacket, FreeByAddress<av_packet_free>>;
using FilterGraphPtr = std::unique_ptr<AVFilterGraph, FreeByAddress<avfilter_graph_free>>;

// A dictionary of options; libav takes out what it knows, so what is left was not understood.
class Options {
 public:
  Options() = default;
  ~Options() { av_dict_free(&dictionary_); }
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;
  void set(const char* key, const std::string& value) { av_dict_set(&dictionary_, key, value.c_str(), 0); }
  AVDictionary** get() { return &dictionary_; }

 private:
  AVDictionary* dictionary_ = nullptr;
};

// "doing (libav's words)". A missing file, a full disk and a refused permission keep their own kind.
Error av_error(int code, std::string_view doing);
inline tl::unexpected<Error> av_fail(int code, std::string_view doing) {
  return tl::unexpected(av_error(code, doing));
}

// libav's own log goes to core/log, topic "libav", at debug; called by everything here that opens something.
void route_log();

}  // namespace candid::media
