"""Mail: notices rendered from templates, put into a MIME frame, and sent by aiosmtplib."""
