#include "track/api/store_api.h"

#include <fmt/format.h>

#include "core/encoding.h"
#include "track/api/api.h"
#include "track/api/api_error.h"
#include "track/api/piece_headers.h"

namespace candid::track {
namespace {

constexpr const char* kRetryAfterSeconds = "1";

HttpResponse offset_answer(int status, uint64_t offset, std::string body) {
  HttpResponse response = json_answer(status, std::move(body));
  response.headers.emplace_back("Upload-Offset", fmt::format("{}", offset));
  return response;
}

HttpResponse progress_answer(const ObjectUpload& upload, uint64_t received) {
  if (received == upload.size) return json_answer(201, "{}");
  return offset_answer(202, received, "{}");
}

HttpResponse object_answer(const HttpRequest& request, MediaFile file) {
  std::string etag = fmt::format("\"{}\"", file.etag);
  HttpResponse response;
  response.headers = {{"Content-Type", file.content_type},
                      {"Accept-Ranges", "bytes"},
                      {"ETag", etag},
                      {"Cache-Control", "private, no-store"}};
  RequestedRange wanted{RangeAnswer::Whole, {0, file.size}};
  if (request.method == Method::Get && if_range_allows(request.header("if-range"), etag)) {
    wanted = parse_range(request.header("range"), file.size);
  }
  if (wanted.answer == RangeAnswer::Unsatisfiable) {
    response.status = 416;
    response.headers.emplace_back("Content-Range", fmt::format("bytes */{}", file.size));
    return response;
  }
  if (wanted.answer == RangeAnswer::Part) {
    response.status = 206;
    uint64_t last = wanted.range.first + wanted.range.length - 1;
    response.headers.emplace_back("Content-Range", fmt::format("bytes {}-{}/{}", wanted.range.first, last, file.size));
  }
  response.body = MediaBody{slice(file.extents, wanted.range), wanted.range.length, std::move(file.held)};
  return response;
}

struct Piece {
  ObjectUpload upload{};
  std::optional<ByteRange> range{};
  std::optional<Sha256> digest{};  // of the piece
};

Result<Piece> read_headers(const HttpRequest& request, std::string_view name) {
  PieceRange range = TRY(parse_content_range(request.header("content-range")));
  Sha256 whole = TRY(parse_digest_field("Repr-Digest", request.header("repr-digest")));
  Piece piece{{std::string(name), range.size, to_hex(whole)}, range.piece};
  if (piece.range) piece.digest = TRY(parse_digest_field("Content-Digest", request.header("content-digest")));
  return piece;
}

Result<void> check_body(const Piece& piece, std::string_view body) {
  uint64_t stated = piece.range ? piece.range->length : 0;
  if (body.size() != stated) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("the body has {} bytes, Content-Range says {}", body.size(), stated));
  }
  if (!piece.digest || sha256(body) == *piece.digest) return {};
  Error damaged(ErrorKind::InvalidInput, "the piece is not what its Content-Digest says: it was damaged on its way",
                "send it again");
  return tl::unexpected(std::move(damaged).retry_may_help());
}

// What gets better in a while is no failure of this machine, but has to be asked for again.
HttpResponse refusal(const Error& error) {
  if (!error.retryable() || status_of(error) != 503) return failure_answer(error);
  HttpResponse response = error_answer(503, error);
  response.headers.emplace_back("Retry-After", kRetryAfterSeconds);
  return response;
}

}  // namespace

HttpResponse StoreApi::answer(const HttpRequest& request, std::string_view name) {
  switch (request.method) {
    case Method::Get:
    case Method::Head:
      return read(request, name);
    case Method::Put:
      return put(request, name);
    case Method::Delete:
      return remove(name);
    default:
      break;
  }
  HttpResponse response =
      error_answer(405, Error(ErrorKind::InvalidInput, "an object has no such method", "GET, HEAD, PUT or DELETE"));
  response.headers.emplace_back("Allow", "GET, HEAD, PUT, DELETE");
  return response;
}

HttpResponse StoreApi::read(const HttpRequest& request, std::string_view name) {
  auto file = objects_.find(name);
  return file ? object_answer(request, std::move(*file)) : failure_answer(file.error());
}

HttpResponse StoreApi::remove(std::string_view name) {
  if (auto removed = objects_.remove(name); !removed) return failure_answer(removed.error());
  HttpResponse response;
  response.status = 204;
  return response;
}

HttpResponse StoreApi::put(const HttpRequest& request, std::string_view name) {
  if (request.body.size() > kLongestPiece) {
    return error_answer(
        413, Error(ErrorKind::InvalidInput, fmt::format("a piece of {} bytes is too long", request.body.size()),
                   fmt::format("at most {}", kLongestPiece)));
  }
  auto piece = read_headers(request, name);
  if (!piece) return failure_answer(piece.error());
  if (auto checked = check_body(*piece, request.body); !checked) return failure_answer(checked.error());
  // An object without bytes has no piece to send: asking for it makes it.
  if (!piece->range && piece->upload.size > 0) return how_far(piece->upload);
  uint64_t offset = piece->range ? piece->range->first : 0;
  auto received = objects_.append(piece->upload, offset, bytes_of(request.body));
  return received ? progress_answer(piece->upload, *received) : refused_piece(piece->upload, received.error());
}

HttpResponse StoreApi::how_far(const ObjectUpload& upload) {
  auto received = objects_.received(upload);
  return received ? progress_answer(upload, *received) : refused_piece(upload, received.error());
}

HttpResponse StoreApi::refused_piece(const ObjectUpload& upload, const Error& error) {
  if (error.kind() == ErrorKind::Corrupt) return error_answer(422, error);
  if (error.kind() != ErrorKind::Exists) return refusal(error);
  // The answer to a piece may have been lost, and the piece is sent again: when it was the last one, all is well.
  auto received = objects_.received(upload);
  if (!received) return refusal(received.error());
  if (*received == upload.size) return progress_answer(upload, *received);
  return offset_answer(409, *received, to_json(error));
}

}  // namespace candid::track
